use purple_client::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(&std::env::args().nth(1).expect("a URL"))?; // http://localhost:8080

    client.kv_put("greeting", b"Hello".to_vec()).await?;
    let value = client.kv_get("greeting").await?;
    let visits = client.counter_increment("visits", 2).await?;
    println!("{} {}", String::from_utf8(value)?, visits.value);

    if let Err(error) = client.kv_get("nothing").await {
        println!("{} {}", error.code(), error.problem.detail); // not_found no value found for nothing
    }
    Ok(())
}
