//! Four bytes that stand next to each other somewhere, in few bits: what is nowhere is mostly passed over at once.

/// Bits of a sieve, by powers of two.
const BITS: u32 = 14;

/// A set of four bytes each. It may take others for its own, and never one of its own for another.
#[derive(Clone)]
pub(crate) struct Sieve(Box<[u64; 1 << (BITS - 6)]>);

impl Sieve {
    /// Of those.
    pub(crate) fn new(all: impl IntoIterator<Item = [u8; 4]>) -> Self {
        let mut sieve = Self(Box::new([0; 1 << (BITS - 6)]));
        for four in all {
            let (at, bit) = place(four);
            sieve.0[at] |= bit;
        }
        sieve
    }

    /// Whether these may be among them.
    #[inline]
    pub(crate) fn may_hold(&self, four: [u8; 4]) -> bool {
        let (at, bit) = place(four);
        self.0[at] & bit != 0
    }
}

/// Where a bit is.
#[inline]
fn place(four: [u8; 4]) -> (usize, u64) {
    // The golden ratio of 2^32, after Knuth.
    let place = u32::from_le_bytes(four).wrapping_mul(0x9e37_79b9) >> (32 - BITS);
    ((place >> 6) as usize, 1 << (place & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sieve_holds_its_own_and_few_others() {
        let own = |number: u32| number.wrapping_mul(0x0101_6b2d).to_be_bytes();
        let sieve = Sieve::new((0..1_000).map(own));
        assert!((0..1_000).all(|number| sieve.may_hold(own(number))));
        let others = (1_000..11_000).filter(|number| sieve.may_hold(own(*number)));
        assert!(others.count() < 1_000);
    }
}
