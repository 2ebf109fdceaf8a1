//! Tries the errors of the HTTP client on a live server, a broken one and a picky proxy: errors LIVE BROKEN PICKY.

use purple_client::{Client, Error};
use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, live, broken, picky] = arguments.as_slice() else { panic!("errors LIVE BROKEN PICKY") };
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("time").as_nanos();
    let key = &format!("rust-errors {nanos}");
    codes(live, key).await?;
    network(broken, key).await?;
    dropped(broken, key).await?;
    encodings(picky, key).await?;
    connections(&format!("{broken}/count-rust")).await?;
    println!("rust errors: each has its code");
    Ok(())
}

async fn codes(live: &str, key: &str) -> Result<(), Error> {
    let client = Client::new(live)?;
    failed("kv_get, absent", "not_found", 404, client.kv_get(key).await);
    failed("cache_set, ttl -1", "invalid_argument", 400, client.cache_set(key, "x", Some(-1)).await);
    failed("kv_put, too large", "value_too_large", 413, client.kv_put(key, vec![0; (1 << 20) + 1]).await);
    failed("kv_get, wrong URL", "no_such_path", 404, Client::new(&format!("{live}/nowhere"))?.kv_get(key).await);
    for none in ["localhost:8080", "localhost", "ftp://localhost", "http://[", ""] {
        failed(&format!("kv_get, the URL {none}"), "invalid_argument", 0, Client::new(none)?.kv_get(key).await);
    }
    Ok(())
}

async fn network(broken: &str, key: &str) -> Result<(), Error> {
    let ill = |illness: &str| Client::new(&format!("{broken}/{illness}"));
    for illness in ["mute", "half"] {
        let client = Client::with_timeout(&format!("{broken}/{illness}"), Duration::from_millis(300))?;
        failed(illness, "timed_out", 0, client.counter_get(key).await);
    }
    let start = Instant::now();
    failed("mute, default", "timed_out", 0, ill("mute")?.counter_increment(key, 1).await);
    let took = start.elapsed().as_millis();
    assert!((4900..15000).contains(&took), "the default timeout is {took} ms (expected: 5 s)");
    failed("absent", "connection_failed", 0, Client::new("http://127.0.0.1:1")?.kv_get(key).await);
    failed("closed", "connection_failed", 0, ill("closed")?.kv_put(key, vec![]).await);
    failed("proxy", "unexpected_answer", 502, ill("proxy")?.kv_get(key).await);
    failed("junk", "unexpected_answer", 200, ill("junk")?.counter_get(key).await);
    Ok(())
}

/// Who drops a call ends it.
async fn dropped(broken: &str, key: &str) -> Result<(), Error> {
    let client = Client::new(&format!("{broken}/mute"))?;
    let call = tokio::time::timeout(Duration::from_millis(100), client.kv_get(key)).await;
    assert!(call.is_err(), "{call:?} (expected: the call ends with its future)");
    Ok(())
}

async fn encodings(picky: &str, key: &str) -> Result<(), Error> {
    let plain = Client::new(picky)?;
    failed("a key with a space, through a picky proxy", "unexpected_answer", 400, plain.kv_get(key).await);
    let client = plain.clone().with_key_encoding("base64url")?;
    failed("the same in base64url", "not_found", 404, client.kv_get(key).await);
    failed("an empty key in base64url", "invalid_argument", 400, client.kv_get("").await);
    failed("an empty item in base64url", "invalid_argument", 400, client.set_add(key, "").await);
    for encoding in ["base64", "BASE64URL", ""] {
        failed(&format!("an encoding {encoding}"), "invalid_argument", 0, plain.clone().with_key_encoding(encoding));
    }
    Ok(())
}

async fn connections(url: &str) -> Result<(), Error> {
    let client = Client::new(url)?;
    let mut opened = 0;
    // All eight have their answer before one asks again: whoever keeps fewer connections has closed some.
    for _ in 0..50 {
        let tasks: Vec<_> = std::iter::repeat_with(|| client.clone())
            .take(8)
            .map(|client| tokio::spawn(async move { client.counter_get("c").await.expect("a counter").value }))
            .collect();
        for task in tasks {
            opened = opened.max(task.await.expect("a call"));
        }
    }
    // One may be opened while another becomes free: it is kept for the next call.
    assert!(opened <= 16, "400 calls of 8 tasks open {opened} connections (expected: at most 16)");
    println!("400 calls of 8 tasks open {opened} connections");
    Ok(())
}

fn failed<T: Debug>(operation: &str, code: &str, status: i32, result: Result<T, Error>) {
    match result {
        Err(error) if error.code() == code && error.problem.status == status && !error.problem.detail.is_empty() => {
            println!("{operation}: {code}, {error}");
        }
        other => panic!("{operation}: {other:?} (expected: {code})"),
    }
}
