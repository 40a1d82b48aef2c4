//! One copy of values that are alike and do not change: most conversations of an editor have the same settings.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Remembers the value that was shared last, as long as somebody has it.
#[derive(Debug)]
pub struct Alike<T> {
    last: Mutex<Weak<T>>,
}

impl<T> Default for Alike<T> {
    fn default() -> Self {
        Self { last: Mutex::new(Weak::new()) }
    }
}

impl<T: PartialEq> Alike<T> {
    /// The value that was shared last if it equals this one, else this one.
    pub fn share(&self, value: T) -> Arc<T> {
        let last = self.lock().upgrade();
        if let Some(last) = last.filter(|last| **last == value) {
            return last;
        }
        let shared = Arc::new(value);
        *self.lock() = Arc::downgrade(&shared);
        shared
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Weak<T>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_equals_the_last_value_is_the_last_value() {
        let alike = Alike::default();
        let first = alike.share("a".to_owned());
        assert!(Arc::ptr_eq(&first, &alike.share("a".to_owned())));
        let other = alike.share("b".to_owned());
        assert_eq!((first.as_str(), other.as_str()), ("a", "b"));
        assert!(Arc::ptr_eq(&other, &alike.share("b".to_owned())));
    }

    #[test]
    fn what_nobody_has_any_more_is_not_kept() {
        let alike = Alike::default();
        let weak = Arc::downgrade(&alike.share(1));
        assert_eq!(weak.strong_count(), 0);
        assert_eq!(*alike.share(1), 1);
    }
}
