//! HTTP and nothing else: what the simulator itself can answer.

use std::env;

use futures::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Result;

/// Asks `calls` times over `connections`, each of which waits for its answer. Returns the number of calls.
///
/// # Errors
/// When there is no endpoint in the environment, or an answer is not 200.
pub async fn ask(calls: usize, connections: usize) -> Result<usize> {
    let endpoint = env::var("AWS_ENDPOINT_URL")?;
    let host = endpoint
        .strip_prefix("http://")
        .ok_or("the endpoint is not plain HTTP")?;
    let host = host.trim_end_matches('/');
    let request = request(host, &env::var("AWS_ACCESS_KEY_ID")?);
    let each = calls.div_ceil(connections.max(1));
    let asked = (0..connections).map(|_| over_one_connection(host, &request, each));
    Ok(try_join_all(asked).await?.len() * each)
}

/// The simulator knows a caller by the key's id, and does not check signatures.
fn request(host: &str, key_id: &str) -> Vec<u8> {
    let body = "{}";
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {length}\r\n\
         X-Amz-Target: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={key_id}/20261120/us-east-1/cloudtrail/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\r\n{body}",
        length = body.len()
    )
    .into_bytes()
}

async fn over_one_connection(host: &str, request: &[u8], calls: usize) -> Result<()> {
    let mut connection = TcpStream::connect(host).await?;
    connection.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(16 * 1024);
    for _ in 0..calls {
        connection.write_all(request).await?;
        answer.clear();
        let whole = loop {
            if connection.read_buf(&mut answer).await? == 0 {
                return Err("the connection was closed".into());
            }
            if let Some(whole) = length(&answer)? {
                break whole;
            }
        };
        while answer.len() < whole {
            connection.read_buf(&mut answer).await?;
        }
    }
    Ok(())
}

/// How long the answer is, head and body, once its head has come.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head])?;
    if !text.starts_with("HTTP/1.1 200 ") {
        return Err(text.to_owned().into());
    }
    let mut lengths = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse())
    });
    let body: usize = lengths.next_back().ok_or("an answer without a length")??;
    Ok(Some(head + 4 + body))
}
