//! Deliberate errors that are told in the words of the table: that these are the table's, and which row then stands where.

use super::{Row, Stage, TABLE};
use crate::config::{ConfigError, Faults, nearest};

/// Whether `faults` names checks that exist and can be left out or change places.
///
/// # Errors
/// The first name that is none.
pub fn validate(faults: &Faults) -> Result<(), ConfigError> {
    for name in &faults.without {
        stage(name)?;
    }
    let Some((first, second)) = &faults.swap else {
        return Ok(());
    };
    if (stage(first)? == Stage::Body) == (stage(second)? == Stage::Body) {
        Ok(())
    } else {
        Err(ConfigError::NotSwappable(first.clone(), second.clone()))
    }
}

/// The row that is asked where `row` stands.
pub(super) fn in_place_of<'t>(faults: &Faults, row: &'t Row) -> &'t Row {
    let Some((first, second)) = &faults.swap else {
        return row;
    };
    let instead = match row.name() {
        name if name == first => second,
        name if name == second => first,
        _ => return row,
    };
    TABLE
        .iter()
        .find(|other| other.name() == instead)
        .unwrap_or(row)
}

/// The stage of a check.
fn stage(name: &str) -> Result<Stage, ConfigError> {
    match TABLE.iter().find(|row| row.name() == name) {
        Some(Row::Check(check)) => Ok(check.stage),
        Some(Row::Guard(_)) => Err(ConfigError::GuardNotSkippable(name.into())),
        None => Err(unknown_check(name)),
    }
}

fn unknown_check(name: &str) -> ConfigError {
    let checks: Vec<&str> = TABLE
        .iter()
        .filter(|row| matches!(row, Row::Check(_)))
        .map(Row::name)
        .collect();
    ConfigError::UnknownCheck {
        name: name.into(),
        nearest: nearest(name, &checks),
        known: checks.join(", "),
    }
}
