//! The laboratory: hosts of their own, each a network namespace, joined by a wire that can be held, stepped and disturbed.
