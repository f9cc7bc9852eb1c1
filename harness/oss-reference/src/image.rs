//! Looks at pictures (help page: Image processing, supported formats): whether the bytes are one, and whether it is whole.
//!
//! The server resizes nothing. An intact picture is given back as it is, under its own content type, whatever
//! `x-oss-process` asks for: what matters here is who may read it, and which bytes OSS would refuse.

use std::borrow::Cow;

use crate::world::Content;

/// Larger sources are not processed by OSS, so they are no pictures to it (help page: Image processing, limits).
const LARGEST_SOURCE: u64 = 20 * 1024 * 1024;
/// No real TIFF chains more directories than this; it bounds a loop that a file could make endless.
const MOST_DIRECTORIES: usize = 1024;

/// What some bytes are to the image processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageState {
    /// A whole picture.
    Intact {
        /// Its media type.
        content_type: &'static str,
    },
    /// It begins as a picture does, but is cut short or contradicts itself.
    Damaged,
    /// It does not begin as any known picture does.
    NotAnImage,
}

/// Judges `content` by its magic number, its inner lengths and its end marker.
pub(crate) fn inspect(content: &Content) -> ImageState {
    if content.length > LARGEST_SOURCE {
        return ImageState::NotAnImage;
    }
    let bytes: Cow<'_, [u8]> = match content.chunks.as_slice() {
        [only] => Cow::Borrowed(only),
        several => Cow::Owned(several.concat()),
    };
    inspect_bytes(&bytes)
}

fn inspect_bytes(bytes: &[u8]) -> ImageState {
    let (content_type, whole): (&'static str, Option<()>) =
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            ("image/jpeg", jpeg(bytes))
        } else if let Some(rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
            ("image/png", png(rest))
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            ("image/gif", gif(bytes))
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            ("image/webp", webp(bytes))
        } else if bytes.starts_with(b"II*\0") {
            (
                "image/tiff",
                tiff(bytes, u16::from_le_bytes, u32::from_le_bytes),
            )
        } else if bytes.starts_with(b"MM\0*") {
            (
                "image/tiff",
                tiff(bytes, u16::from_be_bytes, u32::from_be_bytes),
            )
        } else if bytes.starts_with(b"BM") {
            ("image/bmp", bmp(bytes))
        } else {
            return ImageState::NotAnImage;
        };
    if whole.is_some() {
        ImageState::Intact { content_type }
    } else {
        ImageState::Damaged
    }
}

// Each of these gives `Some` for a whole picture and `None` as soon as something does not fit.

/// ITU T.81 Annex B: marker segments up to a start of scan, and an end of image at the very end.
fn jpeg(bytes: &[u8]) -> Option<()> {
    const START_OF_SCAN: u8 = 0xda;
    let mut position = 2;
    let mut seen_frame = false;
    loop {
        if *bytes.get(position)? != 0xff {
            return None;
        }
        let marker = *bytes.get(position + 1)?;
        position += 2;
        match marker {
            // Any number of fill bytes may stand before a marker.
            0xff => position -= 1,
            // Markers without a length: TEM and restarts.
            0x01 | 0xd0..=0xd7 => {}
            // An end before any scan, or a second start.
            0x00 | 0xd8 | 0xd9 => return None,
            _ => {
                let length = u16::from_be_bytes(array(bytes, position)?);
                if length < 2 {
                    return None;
                }
                position += usize::from(length);
                bytes.get(..position)?;
                seen_frame |=
                    matches!(marker, 0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc));
                if marker == START_OF_SCAN {
                    break;
                }
            }
        }
    }
    (seen_frame && bytes[position..].ends_with(&[0xff, 0xd9])).then_some(())
}

/// ISO/IEC 15948 chapter 5: IHDR first, whole chunks with right checksums, IEND last.
fn png(mut rest: &[u8]) -> Option<()> {
    let mut first = true;
    let mut seen_data = false;
    loop {
        let length = usize::try_from(u32::from_be_bytes(array(rest, 0)?)).ok()?;
        let end = length.checked_add(8)?;
        let typed = rest.get(4..end)?;
        if crc32(typed) != u32::from_be_bytes(array(rest, end)?) {
            return None;
        }
        let kind = typed.get(..4)?;
        if first && (kind != b"IHDR" || length != 13) {
            return None;
        }
        first = false;
        seen_data |= kind == b"IDAT";
        if kind == b"IEND" {
            return seen_data.then_some(());
        }
        rest = rest.get(end + 4..)?;
    }
}

/// GIF89a specification: blocks of sub-blocks, ended by a trailer.
fn gif(bytes: &[u8]) -> Option<()> {
    let mut position = 13 + color_table(*bytes.get(10)?);
    let mut pictures = 0_u32;
    loop {
        match *bytes.get(position)? {
            0x3b => return (pictures > 0).then_some(()),
            0x21 => position += 2,
            0x2c => {
                pictures += 1;
                // Descriptor, local color table, LZW code size.
                position += 10 + color_table(*bytes.get(position + 9)?) + 1;
            }
            _ => return None,
        }
        loop {
            let length = usize::from(*bytes.get(position)?);
            position += 1 + length;
            if length == 0 {
                break;
            }
        }
    }
}

fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// RFC 9649: the RIFF size spans the file, its chunks fill it.
fn webp(bytes: &[u8]) -> Option<()> {
    let size = usize::try_from(u32::from_le_bytes(array(bytes, 4)?)).ok()?;
    let body = bytes.get(12..size.checked_add(8)?)?;
    let mut position = 0;
    while position < body.len() {
        let length = usize::try_from(u32::from_le_bytes(array(body, position + 4)?)).ok()?;
        body.get(position..position.checked_add(8)?.checked_add(length)?)?;
        position += 8 + length + (length & 1);
    }
    (!body.is_empty()).then_some(())
}

/// TIFF 6.0 section 2: a chain of directories whose entries lie inside the file.
fn tiff(bytes: &[u8], short: fn([u8; 2]) -> u16, long: fn([u8; 4]) -> u32) -> Option<()> {
    let mut offset = usize::try_from(long(array(bytes, 4)?)).ok()?;
    for _ in 0..MOST_DIRECTORIES {
        let entries = usize::from(short(array(bytes, offset)?));
        if entries == 0 {
            return None;
        }
        for entry in 0..entries {
            let at = offset.checked_add(2 + entry * 12)?;
            let size = match short(array(bytes, at.checked_add(2)?)?) {
                1 | 2 | 6 | 7 => 1_u64,
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 => 8,
                _ => return None,
            };
            let total = size * u64::from(long(array(bytes, at + 4)?));
            let value = u64::from(long(array(bytes, at + 8)?));
            if total > 4 && value + total > bytes.len() as u64 {
                return None;
            }
        }
        offset = usize::try_from(long(array(bytes, offset + 2 + entries * 12)?)).ok()?;
        if offset == 0 {
            return Some(());
        }
    }
    None
}

/// The BITMAPFILEHEADER: its size is the file's, and the pixels begin inside it.
fn bmp(bytes: &[u8]) -> Option<()> {
    let size = usize::try_from(u32::from_le_bytes(array(bytes, 2)?)).ok()?;
    let pixels = usize::try_from(u32::from_le_bytes(array(bytes, 10)?)).ok()?;
    let header = u32::from_le_bytes(array(bytes, 14)?);
    (size == bytes.len() && pixels < size && header >= 12).then_some(())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The CRC of PNG chunks (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    static TABLE: [u32; 256] = {
        let mut table = [0_u32; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut crc = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 == 1 {
                    (crc >> 1) ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(!0_u32, |crc, byte| {
        TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8)
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    // One-pixel pictures as browsers and test suites pass them around.
    const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const WEBP: &str = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
    const JPEG: &str = "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=";

    fn picture(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }

    /// The JPEG above lacks its end marker, as truncated ones do.
    fn whole_jpeg() -> Vec<u8> {
        let mut bytes = picture(JPEG);
        bytes.extend([0xff, 0xd9]);
        bytes
    }

    fn bitmap() -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.extend(58_u32.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(54_u32.to_le_bytes());
        bytes.extend(40_u32.to_le_bytes());
        bytes.resize(58, 0);
        bytes
    }

    fn tiff_file() -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
        bytes.extend([0x00, 0x01, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
        bytes.extend([0; 4]);
        bytes
    }

    fn all() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("image/gif", picture(GIF)),
            ("image/png", picture(PNG)),
            ("image/webp", picture(WEBP)),
            ("image/jpeg", whole_jpeg()),
            ("image/bmp", bitmap()),
            ("image/tiff", tiff_file()),
        ]
    }

    #[test]
    fn whole_pictures_are_intact() {
        for (content_type, bytes) in all() {
            assert_eq!(
                inspect_bytes(&bytes),
                ImageState::Intact { content_type },
                "{content_type}"
            );
        }
    }

    #[test]
    fn every_truncation_behind_the_magic_is_damage() {
        for (content_type, bytes) in all() {
            for length in 12..bytes.len() {
                assert_eq!(
                    inspect_bytes(&bytes[..length]),
                    ImageState::Damaged,
                    "{content_type} cut to {length}"
                );
            }
        }
    }

    #[test]
    fn a_tail_of_zeros_is_damage() {
        let mut bytes = whole_jpeg();
        bytes.truncate(100);
        bytes.resize(2000, 0);
        assert_eq!(inspect_bytes(&bytes), ImageState::Damaged);
        let mut flipped = picture(PNG);
        flipped[45] ^= 1;
        assert_eq!(inspect_bytes(&flipped), ImageState::Damaged);
    }

    #[test]
    fn other_bytes_are_no_picture() {
        for bytes in [&b""[..], b"hello", b"\xff\xd8", b"RIFF....WAVE"] {
            assert_eq!(inspect_bytes(bytes), ImageState::NotAnImage);
        }
    }
}
