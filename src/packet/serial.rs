//! Sequence numbers. They count modulo 2^32, so "before" means "less than half the circle behind" (RFC 9293, section 3.4).

/// Whether sequence number `a` comes before `b`.
pub fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

/// Where `raw` lies on a line that does not wrap, on which `zero` is 0: of the places 2^32 apart, the one nearest to
/// `near`. Below 0 it is older than `zero`.
pub fn place(raw: u32, zero: u32, near: i64) -> i64 {
    let here = zero.wrapping_add(near as u32);
    near + i64::from(raw.wrapping_sub(here) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_holds_across_the_wrap() {
        assert!(before(0xffff_ffff, 0));
        assert!(!before(0, 0xffff_ffff));
        assert!(before(5, 6) && !before(6, 6));
        assert!(before(0xffff_fff0, 0x7fff_ffef));
        assert!(!before(0xffff_fff0, 0x7fff_fff1));
    }

    #[test]
    fn a_place_goes_on_past_the_wrap() {
        assert_eq!(place(5, 0xffff_fff0, 0), 21);
        assert_eq!(place(0xffff_fff0, 0xffff_fff0, 21), 0);
        assert_eq!(place(0xffff_ffef, 0xffff_fff0, 0), -1);
        // Past 4 GiB the same raw number is another place.
        assert_eq!(place(1, 0, 1 << 32), (1 << 32) + 1);
        assert_eq!(place(0xffff_ffff, 0, 1 << 32), (1 << 32) - 1);
    }

    proptest! {
        #[test]
        fn a_place_is_found_again(zero: u32, near in 0_i64..1 << 40, off in -0x4000_0000_i64..0x4000_0000) {
            let at = near + off;
            prop_assert_eq!(place(zero.wrapping_add(at as u32), zero, near), at);
        }
    }
}
