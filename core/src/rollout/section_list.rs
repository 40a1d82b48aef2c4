//! Pages through the conversations of a section, by their places in it.
//!
//! A cursor is `<place>|<id>`. Places are numbered anew for each page, so that what is moved between two pages may be
//! shown twice or not at all.

use std::ffi::OsStr;
use std::path::Path;

use super::error::Error;
use super::files::Files;
use super::list::{Page, Said, Unreadable, stored};
use super::location;
use super::query::{Direction, ListQuery};

/// From one place to the next, with room for the cursors in between.
const STEP: u64 = 1_000_000;

pub(super) fn list(mut files: Files<'_>, query: &ListQuery, said: &Said) -> Result<Page, Error> {
    let cursor = query.cursor.as_deref().map(parse).transpose()?;
    let section = query.section.as_deref().unwrap_or_default();
    let ids = said.sections.order(section).zip((1..).map(|number| number * STEP));
    let mut places: Vec<_> = ids.collect();
    if query.direction == Direction::Descending {
        places.reverse();
    }
    let is_passed = |place: u64| match (cursor, query.direction) {
        (None, _) => false,
        (Some(cursor), Direction::Ascending) => place <= cursor,
        (Some(cursor), Direction::Descending) => place >= cursor,
    };
    let mut page = Page::default();
    let mut last_shown = None;
    for (id, place) in places {
        if is_passed(place) {
            continue;
        }
        let Some(path) = location::find_anywhere(files.home, id)? else { continue };
        let is_archived = path.parent().and_then(Path::file_name) == Some(OsStr::new(location::ARCHIVED));
        let thread = match stored(&mut files, &path, 0, said)? {
            Ok(Some(thread)) if is_archived == query.archived && query.matches(&thread) => thread,
            Ok(_) => continue,
            Err(error) => {
                page.unreadable.push(Unreadable { path, error });
                continue;
            }
        };
        if page.threads.len() == query.limit.max(1) {
            page.next_cursor = last_shown;
            break;
        }
        if page.threads.is_empty() {
            let before = match query.direction {
                Direction::Ascending => place + 1,
                Direction::Descending => place - 1,
            };
            page.backwards_cursor = Some(format!("{before}|{id}"));
        }
        last_shown = Some(format!("{place}|{id}"));
        page.threads.push(thread);
    }
    Ok(page)
}

fn parse(text: &str) -> Result<u64, Error> {
    let place = text.split_once('|').and_then(|(place, _)| place.parse().ok());
    place.ok_or_else(|| Error::InvalidCursor(text.to_owned()))
}
