//! The characters of an AccessKeyId (EC 0002-00000901).

/// Checks that an AccessKeyId holds only the characters OSS accepts: `0-9 a-z A-Z . _ =`.
///
/// An empty id passes; the parsers of this crate do not let one through.
///
/// # Errors
/// [`CharsetError`] with the first other character.
pub fn check_charset(access_key_id: &str) -> Result<(), CharsetError> {
    let refused = access_key_id
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '=')));
    match refused {
        None => Ok(()),
        Some((at, character)) => Err(CharsetError { at, character }),
    }
}

/// An AccessKeyId holds a character outside `0-9 a-z A-Z . _ =`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access key id holds {character:?} at offset {at}")]
pub struct CharsetError {
    /// Offset of the character in bytes.
    pub at: usize,
    /// The character.
    pub character: char,
}

impl CharsetError {
    /// `0002-00000901`.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        "0002-00000901"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_three_signs_pass() {
        assert_eq!(check_charset("STS.Ab_9="), Ok(()));
        for refused in ["a-b", "a b", "a/b", "é", "a\0", "a,b", "a:b", "a+b", "٣"] {
            let error = check_charset(refused).expect_err(refused);
            assert_eq!(error.ec(), "0002-00000901");
        }
        assert_eq!(
            check_charset("ab-c").map_err(|e| (e.at, e.character)),
            Err((2, '-'))
        );
    }
}
