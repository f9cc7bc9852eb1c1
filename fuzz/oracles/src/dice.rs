//! Choices that depend on the input alone, so that a target does one thing for an input and the next for the next.

/// A small generator, seeded with the input: the same input gives the same choices on every machine.
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    /// Dice for an input.
    #[must_use]
    pub fn new(data: &[u8]) -> Self {
        let mut state = 0x0ddc_0ffe_e0dd_f00d ^ data.len() as u64;
        let mut chunks = data.chunks_exact(8);
        for chunk in &mut chunks {
            let word = u64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes"));
            state = (state ^ word)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(31);
        }
        for byte in chunks.remainder() {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        Self(state)
    }

    /// The same dice after `turns` more inputs: tests play several games with one input.
    #[must_use]
    pub fn turned(self, turns: u64) -> Self {
        Self(self.0 ^ turns.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// A number below `sides`, which is not 0.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 29;
        (mixed % sides.max(1) as u64) as usize
    }
}
