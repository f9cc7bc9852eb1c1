//! CRC-64/XZ (ECMA-182, reflected), the checksum of `x-oss-hash-crc64ecma`.

/// The reflected polynomial.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;
/// Eight bytes are taken in one step.
static TABLES: [[u64; 256]; 8] = tables();

/// A running checksum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crc64(u64);

impl Default for Crc64 {
    fn default() -> Self {
        Self(!0)
    }
}

impl Crc64 {
    /// Adds bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut crc = self.0;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            let mixed = (crc ^ u64::from_le_bytes(*word)).to_le_bytes();
            crc = 0;
            for (place, byte) in mixed.into_iter().enumerate() {
                crc ^= TABLES[7 - place][usize::from(byte)];
            }
        }
        for byte in rest {
            crc = TABLES[0][usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8);
        }
        self.0 = crc;
    }

    /// The checksum of everything added.
    pub(crate) fn value(self) -> u64 {
        !self.0
    }
}

/// The checksum of a text whose first part has checksum `first` and whose second part, of `length` bytes, has `second`.
///
/// Appending bytes is a linear map over GF(2); the map for `length` zero bytes is built by repeated squaring, as zlib's
/// `crc32_combine` does.
pub(crate) fn combine(first: u64, second: u64, length: u64) -> u64 {
    if length == 0 {
        return first;
    }
    let mut map = [0_u64; 64];
    map[0] = POLYNOMIAL;
    for (bit, column) in map.iter_mut().enumerate().skip(1) {
        *column = 1 << (bit - 1);
    }
    // One zero bit so far; three squarings make it one zero byte.
    for _ in 0..3 {
        map = squared(&map);
    }
    let (mut combined, mut left) = (first, length);
    while left != 0 {
        if left & 1 == 1 {
            combined = applied(&map, combined);
        }
        map = squared(&map);
        left >>= 1;
    }
    combined ^ second
}

fn applied(map: &[u64; 64], vector: u64) -> u64 {
    (0..64)
        .filter(|bit| vector >> bit & 1 == 1)
        .fold(0, |sum, bit: usize| sum ^ map[bit])
}

fn squared(map: &[u64; 64]) -> [u64; 64] {
    std::array::from_fn(|column| applied(map, map[column]))
}

const fn tables() -> [[u64; 256]; 8] {
    let mut tables = [[0_u64; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ POLYNOMIAL
            } else {
                crc >> 1
            };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        byte = 0;
        while byte < 256 {
            let previous = tables[table - 1][byte];
            tables[table][byte] = tables[0][(previous & 0xff) as usize] ^ (previous >> 8);
            byte += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> u64 {
        let mut crc = Crc64::default();
        crc.update(bytes);
        crc.value()
    }

    // The check value of CRC-64/XZ in the catalogue of parametrised CRC algorithms.
    #[test]
    fn has_the_catalogued_check_value() {
        assert_eq!(of(b"123456789"), 0x995d_c9bb_df19_39fa);
        assert_eq!(of(b""), 0);
    }

    #[test]
    fn combining_equals_computing_over_both() {
        let text: Vec<u8> = (0..1000_u32).map(|n| (n * 7 % 251) as u8).collect();
        for cut in [0, 1, 7, 8, 500, 999, 1000] {
            let (left, right) = text.split_at(cut);
            assert_eq!(
                combine(of(left), of(right), right.len() as u64),
                of(&text),
                "cut at {cut}"
            );
        }
    }
}
