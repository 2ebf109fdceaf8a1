//! Runs all operations on the HTTP client, and prints what it did: http URL [KEY_ENCODING].

use purple_client::{Client, Error};
use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let encoding = std::env::args().nth(2);
    let mut client = Client::new(&std::env::args().nth(1).expect("a URL"))?;
    if let Some(encoding) = &encoding {
        client = client.with_key_encoding(encoding)?;
    }
    // Each run has keys of its own; this one has all that a URL gives a meaning.
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("time").as_nanos();
    let key = &format!("rust-http {nanos}/ü+%2F?a=1&b#c \"ключ\" 😀");
    cache(&client, key).await?;
    counter(&client, key).await?;
    flag(&client, key).await?;
    kv(&client, key).await?;
    set(&client, key).await?;
    keys(&client).await?;
    dots(&client, encoding.is_some()).await?;
    println!("rust http: all operations work");
    Ok(())
}

async fn cache(client: &Client, key: &str) -> Result<(), Error> {
    refused("cache_get, absent", 404, client.cache_get(key).await);
    client.cache_set(key, "grüße ☃\n", Some(60)).await?;
    expect("cache_get", client.cache_get(key).await?.as_str(), "grüße ☃\n");
    client.cache_set(key, "short", None).await?;
    expect("cache_get, default ttl", client.cache_get(key).await?.as_str(), "short");
    refused("cache_set, ttl -1", 400, client.cache_set(key, "x", Some(-1)).await);
    refused("cache_set, empty", 400, client.cache_set(key, "", None).await);
    Ok(())
}

async fn counter(client: &Client, key: &str) -> Result<(), Error> {
    expect("counter_get, absent", client.counter_get(key).await?.value, 0);
    expect("counter_increment", client.counter_increment(key, 2).await?.value, 2);
    expect("counter_increment, negative", client.counter_increment(key, -5).await?.value, -3);
    expect("counter_increment, past 2^53", client.counter_increment(key, (1 << 53) + 4).await?.value, (1 << 53) + 1);
    let rest = i64::MAX - (1 << 53) - 1;
    expect("counter_increment, to the end", client.counter_increment(key, rest).await?.value, i64::MAX);
    refused("counter_increment, overflow", 409, client.counter_increment(key, 1).await);
    expect("counter_get", client.counter_get(key).await?.value, i64::MAX);
    Ok(())
}

async fn flag(client: &Client, key: &str) -> Result<(), Error> {
    expect("flag_get, absent", client.flag_get(key).await?.value, false);
    client.flag_set(key, true).await?;
    expect("flag_get", client.flag_get(key).await?.value, true);
    client.flag_set(key, false).await?;
    expect("flag_get", client.flag_get(key).await?.value, false);
    Ok(())
}

async fn kv(client: &Client, key: &str) -> Result<(), Error> {
    refused("kv_get, absent", 404, client.kv_get(key).await);
    for value in [vec![255, 0, 13, 10, 254], vec![], "grüße ☃".into(), vec![0; 1 << 20]] {
        client.kv_put(key, value.clone()).await?;
        expect("kv_get", client.kv_get(key).await? == value, true);
    }
    refused("kv_put, too large", 413, client.kv_put(key, vec![0; (1 << 20) + 1]).await);
    client.kv_delete(key).await?;
    refused("kv_delete, absent", 404, client.kv_delete(key).await);
    Ok(())
}

async fn set(client: &Client, key: &str) -> Result<(), Error> {
    let none: [&str; 0] = [];
    expect("set_get, absent", client.set_get(key).await?.items, none.map(String::from).to_vec());
    let both = ["b&a+ %".to_owned(), "ü/😀".to_owned()];
    expect("set_add", client.set_add(key, &both[1]).await?.items, both[1..].to_vec());
    expect("set_add", client.set_add(key, &both[0]).await?.items, both.to_vec());
    expect("set_get", client.set_get(key).await?.items, both.to_vec());
    expect("set_remove", client.set_remove(key, &both[0]).await?.items, both[1..].to_vec());
    expect("set_remove, absent", client.set_remove(key, "b").await?.items, both[1..].to_vec());
    expect("set_remove, last", client.set_remove(key, &both[1]).await?.items, vec![]);
    refused("set_add, empty", 400, client.set_add(key, "").await);
    Ok(())
}

async fn keys(client: &Client) -> Result<(), Error> {
    let awkward = ["a/b", "/", "//", "a+b", "a b", "100%", "%2F", "?", "???", "#", "\"q\"", "-5", "{\"a\":1}", "...", "a/../b", "\n", "é", "😀"];
    for key in awkward {
        client.kv_put(key, key.into()).await?;
        expect("kv_get", client.kv_get(key).await?, Vec::from(key));
        client.kv_delete(key).await?;
        // The answer names the key as the server understood it.
        expect("counter_get", client.counter_get(key).await?.counter.as_str(), key);
    }
    Ok(())
}

/// Only in base64url are these two no way up.
async fn dots(client: &Client, encoded: bool) -> Result<(), Error> {
    for key in [".", ".."] {
        match client.counter_get(key).await {
            Ok(counter) if encoded => expect("counter_get", counter.counter.as_str(), key),
            Err(error) if !encoded && error.code() == "invalid_argument" && error.problem.status == 0 => println!("counter_get: {error}"),
            other => panic!("counter_get of {key}: {other:?} (expected: invalid_argument before anything is sent, or no error in base64url)"),
        }
    }
    Ok(())
}

fn expect<T: Debug + PartialEq>(operation: &str, actual: T, expected: T) {
    assert_eq!(actual, expected, "{operation}");
    println!("{operation}: {actual:?}");
}

fn refused<T: Debug>(operation: &str, status: i32, result: Result<T, Error>) {
    match result {
        Err(Error { problem, .. }) if problem.status == status && !problem.detail.is_empty() => {
            println!("{operation}: {status} {} {}", problem.title, problem.detail);
        }
        other => panic!("{operation}: {other:?} (expected: {status})"),
    }
}
