//! Pages of short lists, with the number of the next element as the cursor.

use crate::error::RpcError;

/// What a client asks of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    pub(crate) cursor: Option<&'a str>,
    /// 0 counts as 1; absent: everything.
    pub(crate) limit: Option<u32>,
    /// What the list is of, for the message about a cursor beyond its end.
    pub(crate) of: &'static str,
}

/// The elements of a page, and where the next one begins if there is one.
pub(crate) fn page<T>(all: Vec<T>, page: Page<'_>) -> Result<(Vec<T>, Option<String>), RpcError> {
    let total = all.len();
    let start = match page.cursor {
        None => 0,
        Some(cursor) => cursor.parse::<usize>().map_err(|_| RpcError::invalid_cursor(cursor))?,
    };
    if start > total {
        return Err(RpcError::invalid_request(format!("cursor {start} exceeds total {} {total}", page.of)));
    }
    let limit = page.limit.map_or(total, |limit| limit.max(1) as usize);
    let data: Vec<T> = all.into_iter().skip(start).take(limit).collect();
    let next = start + data.len();
    Ok((data, (next < total).then(|| next.to_string())))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(cursor: Option<&str>, limit: Option<u32>, expected: Expect) {
        expected.assert_eq(&match page(vec!["a", "b", "c"], Page { cursor, limit, of: "letters" }) {
            Ok(page) => format!("{page:?}"),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn pages() {
        check(None, None, expect![[r#"(["a", "b", "c"], None)"#]]);
        check(None, Some(2), expect![[r#"(["a", "b"], Some("2"))"#]]);
        check(Some("2"), Some(2), expect![[r#"(["c"], None)"#]]);
        check(Some("1"), Some(0), expect![[r#"(["b"], Some("2"))"#]]);
        check(Some("3"), None, expect![[r#"([], None)"#]]);
        check(Some("4"), None, expect!["cursor 4 exceeds total letters 3 (-32600)"]);
        check(Some("-1"), None, expect!["invalid cursor: -1 (-32600)"]);
        check(Some(""), None, expect!["invalid cursor:  (-32600)"]);
    }
}
