//! Pictures for image processing: 16 × 16 points in each format, whole or cut short.

use oss403_case::model::Picture;

const JPEG: &[u8] = include_bytes!("whole.jpg");
const PNG: &[u8] = include_bytes!("whole.png");
const GIF: &[u8] = include_bytes!("whole.gif");
const BMP: &[u8] = include_bytes!("whole.bmp");

/// The bytes of a picture. A truncated one keeps its magic number and the first three fifths: OSS calls bytes that do not even
/// begin as a picture something else.
pub(super) fn bytes(picture: Picture) -> &'static [u8] {
    let cut = |whole: &'static [u8]| &whole[..whole.len() * 3 / 5];
    match picture {
        Picture::Jpeg => JPEG,
        Picture::Png => PNG,
        Picture::Gif => GIF,
        Picture::Bmp => BMP,
        Picture::TruncatedJpeg => cut(JPEG),
        Picture::TruncatedPng => cut(PNG),
        Picture::TruncatedGif => cut(GIF),
        Picture::TruncatedBmp => cut(BMP),
    }
}

/// Its media type.
pub(super) fn content_type(picture: Picture) -> &'static str {
    match picture {
        Picture::Jpeg | Picture::TruncatedJpeg => "image/jpeg",
        Picture::Png | Picture::TruncatedPng => "image/png",
        Picture::Gif | Picture::TruncatedGif => "image/gif",
        Picture::Bmp | Picture::TruncatedBmp => "image/bmp",
    }
}
