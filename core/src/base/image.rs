//! Whether bytes are an image that a model server takes: PNG, JPEG, GIF or WebP, whole, with a size.
//!
//! A server refuses a request that holds a broken image, and with it every later request of the conversation; so
//! more than the first bytes is looked at. Pixels are not decoded.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// More pixels than a side of any of these formats may have say that the bytes are broken.
const MOST_PIXELS: u32 = 65_535;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    pub mime: &'static str,
    pub width: u32,
    pub height: u32,
}

/// An image as a model server takes it; the text of a failure says what is wrong with the bytes.
pub fn data_url(bytes: &[u8]) -> Result<String, &'static str> {
    let Image { mime, .. } = Image::of(bytes)?;
    Ok(format!("data:{mime};base64,{}", STANDARD.encode(bytes)))
}

impl Image {
    /// What the bytes are; the text of a failure says what is wrong with them.
    pub fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        let (mime, size) = match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, rest @ ..] => ("image/png", png(rest)),
            [0xff, 0xd8, 0xff, ..] => ("image/jpeg", jpeg(bytes.get(2..).unwrap_or_default())),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', rest @ ..] => ("image/gif", gif(rest)),
            [b'R', b'I', b'F', b'F', size @ ..] if size.get(4..8) == Some(b"WEBP") => {
                ("image/webp", webp(size))
            }
            _ => return Err("it is not a PNG, JPEG, GIF or WebP image"),
        };
        let (width, height) = size.ok_or("the image is broken or not whole")?;
        let fits = |side: u32| (1..=MOST_PIXELS).contains(&side);
        if fits(width) && fits(height) {
            Ok(Self { mime, width, height })
        } else {
            Err("the image has no usable size")
        }
    }
}

/// Chunks from the header to the end, with pixels in between.
fn png(mut rest: &[u8]) -> Option<(u32, u32)> {
    let mut size = None;
    let mut has_pixels = false;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let content = after.get(..length)?;
        rest = after.get(length.checked_add(4)?..)?;
        match (kind, size) {
            (b"IHDR", None) => size = Some((big(content, 0)?, big(content, 4)?)),
            (_, None) => return None,
            (b"IDAT", _) => has_pixels = has_pixels || !content.is_empty(),
            (b"IEND", size) => return size.filter(|_| has_pixels),
            _ => {}
        }
    }
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Segments up to the pixels, which go on to the end mark.
fn jpeg(mut rest: &[u8]) -> Option<(u32, u32)> {
    let mut size = None;
    loop {
        let [0xff, kind, after @ ..] = rest else { return None };
        match *kind {
            // Fill bytes.
            0xff => rest = rest.get(1..)?,
            0x01 | 0xd0..=0xd7 => rest = after,
            0xd8 | 0xd9 => return None,
            0xda => {
                let ends = rest.windows(2).any(|pair| pair == [0xff, 0xd9]);
                return size.filter(|_| ends);
            }
            kind => {
                let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
                let content = after.get(2..length)?;
                if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
                    let side =
                        |at: usize| Some(u32::from(u16::from_be_bytes(*content.get(at..)?.first_chunk()?)));
                    size = Some((side(3)?, side(1)?));
                }
                rest = after.get(length..)?;
            }
        }
    }
}

fn gif(rest: &[u8]) -> Option<(u32, u32)> {
    let [w0, w1, h0, h1, ..] = rest else { return None };
    // Some writers pad the file behind its end.
    let end = rest.iter().rposition(|byte| *byte != 0)?;
    let has_frame = rest.get(7..).is_some_and(|blocks| blocks.contains(&b','));
    let is_whole = rest.get(end) == Some(&b';') && has_frame;
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]));
    is_whole.then(|| (side(*w0, *w1), side(*h0, *h1)))
}

/// `rest` begins with the size of the file.
fn webp(rest: &[u8]) -> Option<(u32, u32)> {
    let (length, rest) = rest.split_first_chunk()?;
    rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let chunk = rest.get(12..)?;
    let short = |at: usize| Some(u32::from(u16::from_le_bytes(*chunk.get(at..)?.first_chunk()?)));
    let medium = |at: usize| {
        let [low, middle, high] = *chunk.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
    };
    match rest.get(4..8)? {
        b"VP8 " if chunk.get(3..6)? == [0x9d, 0x01, 0x2a] => Some((short(6)? & 0x3fff, short(8)? & 0x3fff)),
        b"VP8L" if chunk.first()? == &0x2f => {
            let bits = u32::from_le_bytes(*chunk.get(1..)?.first_chunk()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((medium(4)?, medium(7)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The smallest ones of each kind.
    fn images() -> Vec<(&'static str, Vec<u8>)> {
        let decoded = |text: &str| STANDARD.decode(text).unwrap();
        vec![
            (
                "image/png",
                decoded(
                    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
                ),
            ),
            ("image/gif", decoded("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
            (
                "image/jpeg",
                decoded(
                    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z",
                ),
            ),
            ("image/webp", decoded("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")),
        ]
    }

    #[test]
    fn whole_images_are_known_and_cut_ones_are_broken() {
        for (mime, bytes) in images() {
            assert_eq!(Image::of(&bytes), Ok(Image { mime, width: 1, height: 1 }));
            for end in 0..bytes.len() {
                assert!(Image::of(&bytes[..end]).is_err(), "{mime} cut at {end}");
            }
        }
    }

    #[test]
    fn other_bytes_are_no_images() {
        for bytes in
            [&b""[..], b"hello\n", b"\x89PNG\r\n\x1a\nrest", b"GIF89a", b"<svg/>", b"RIFF\0\0\0\0WAVEfmt "]
        {
            assert!(Image::of(bytes).is_err(), "{bytes:?}");
        }
        let mut flat = images().remove(0).1;
        flat[19] = 0;
        assert_eq!(Image::of(&flat), Err("the image has no usable size"));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(which in 0_usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(), more in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut bytes = images().swap_remove(which).1;
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes.truncate(at + 20);
            bytes.extend(more);
            let _ = Image::of(&bytes);
        }
    }
}
