//! Bodies of requests, made smaller. Only a server that is known to read them gets such bodies.

use bytes::Bytes;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// The name of the coding in headers.
pub const ZSTD: &str = "zstd";

pub fn zstd(body: &[u8]) -> Bytes {
    compress_to_vec(body, CompressionLevel::Fastest).into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_compressed_is_smaller_and_comes_back() {
        let body = "the same words again and again, ".repeat(10_000);
        for body in ["", "a", body.as_str()] {
            let compressed = zstd(body.as_bytes());
            assert!(compressed.len() < body.len() / 10 + 32, "{}", compressed.len());
            let mut back = String::new();
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(compressed.as_ref()).unwrap();
            decoder.read_to_string(&mut back).unwrap();
            assert!(back == body);
        }
    }
}
