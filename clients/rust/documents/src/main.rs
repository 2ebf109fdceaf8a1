//! Writes and reads documents with the operations of tests, and prints what it did: documents URL [KEY_ENCODING].

use percent_encoding::percent_decode_str;
use purple_client::{ApiResponse, Client, Error, TestAuthor, TestDocument};
use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut client = Client::new(&std::env::args().nth(1).expect("a URL"))?;
    if let Some(encoding) = std::env::args().nth(2) {
        client = client.with_key_encoding(&encoding)?;
    }
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("time").as_nanos();
    let key = &format!("rust-documents {nanos}/ü");
    let tag = &written(&client, key).await?;
    read(&client, key, tag).await?;
    conditions(&client, key, tag).await?;
    refusals(&client, key).await;
    // A stream of events is its text.
    let events = "id: 1\ndata: {\"number\":1,\"padding\":\"\"}\n\nid: 2\ndata: {\"number\":2,\"padding\":\"\"}\n\nevent: end\ndata: {}\n\n";
    expect("count", client.test_count(key, Some(2), None, None, None).await?.as_str(), events);
    println!("rust documents: all operations work");
    Ok(())
}

fn first() -> TestDocument {
    TestDocument {
        title: "ü".into(),
        number: Some(i64::MAX),
        tags: Some(vec!["a".into(), "b".into()]),
        author: Some(author("A", 30)),
        counts: Some([("x".into(), 1), ("y".into(), i64::MIN), ("z".into(), (1 << 53) + 1)].into()),
        weight: Some(1.1),
        done: Some(true),
        content: Some(vec![255, 0, 254, 62, 63]),
        readers: Some(vec![author("B", 1), author("C", 0)]),
    }
}

fn second(title: &str) -> TestDocument {
    TestDocument { title: title.into(), number: None, tags: None, author: None, counts: None, weight: None, done: None, content: None, readers: None }
}

fn author(name: &str, age: i32) -> TestAuthor {
    TestAuthor { name: name.into(), age: Some(age) }
}

/// 201 the first time, with the headers of both.
async fn written(client: &Client, key: &str) -> Result<String, Error> {
    let made = client.test_write_with_http_info(key, &first(), None).await?;
    expect("write, status", made.status, 201);
    expect("write, object", made.value["created"].as_bool(), Some(true));
    let location = percent_decode_str(header(&made, "location")).decode_utf8_lossy();
    expect("write, Location", location.as_ref(), &format!("/tests/{key}"));
    let tag = header(&made, "etag");
    expect("write, ETag", &tag[..2], "\"v");
    Ok(tag.to_owned())
}

/// All comes back as it was; not modified is no error, and has no document.
async fn read(client: &Client, key: &str, tag: &str) -> Result<(), Error> {
    let answer = client.test_read_with_http_info(key, None, None).await?;
    expect("read, status", answer.status, 200);
    expect("read, ETag", header(&answer, "etag"), tag);
    expect("read, document", answer.value, Some(first()));
    expect("read without more", client.test_read(key).await?, first());
    let known = client.test_read_with_http_info(key, None, Some(&format!("\"other\", {tag}"))).await?;
    expect("read, not modified, status", known.status, 304);
    expect("read, not modified, ETag", header(&known, "etag"), tag);
    expect("read, not modified, document", known.value, None);
    Ok(())
}

/// 200 when it replaces, and only what is there.
async fn conditions(client: &Client, key: &str, tag: &str) -> Result<(), Error> {
    let replaced = client.test_write_with_http_info(key, &second("second"), Some(tag)).await?;
    expect("replace, status", replaced.status, 200);
    refused("replace, late", client.test_write_with_http_info(key, &first(), Some(tag)).await, "condition_failed", 412);
    refused("read, late", client.test_read_with_http_info(key, Some(tag), None).await, "condition_failed", 412);
    let again = client.test_write(key, &second("again")).await?;
    expect("replace without a condition", again["created"].as_bool(), Some(false));
    Ok(())
}

async fn refusals(client: &Client, key: &str) {
    refused("write, no title", client.test_write(key, &second("")).await, "invalid_argument", 400);
    refused("read, absent", client.test_read_with_http_info(&format!("{key} absent"), None, None).await, "not_found", 404);
    let broken = client.test_read_with_http_info(key, Some("\"a\"\r\nX-Other: b"), None).await;
    refused("read, a header with a line break", broken, "invalid_argument", 0);
}

fn header<'a, T>(answer: &'a ApiResponse<T>, name: &str) -> &'a str {
    answer.headers[name].to_str().expect("ASCII")
}

fn expect<T: Debug + PartialEq>(operation: &str, actual: T, expected: T) {
    assert_eq!(actual, expected, "{operation}");
    println!("{operation}: {actual:?}");
}

fn refused<T: Debug>(operation: &str, result: Result<T, Error>, code: &str, status: i32) {
    match result {
        Err(error) if error.code() == code && error.problem.status == status => println!("{operation}: {error}"),
        other => panic!("{operation}: {other:?} (expected: {code})"),
    }
}
