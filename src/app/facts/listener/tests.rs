use super::reached;

#[test]
fn the_address_that_reaches_a_listener() {
    for (at, from, host, typed) in [
        ("[fe80::1%2]:80", None, None, Some("[fe80::1%2]:80")),
        ("0.0.0.0:80", None, None, Some("127.0.0.1:80")),
        ("[::]:80", None, None, Some("[::1]:80")),
        ("0.0.0.0:80", Some("a"), Some("b"), Some("b:80")),
        ("[::ffff:127.0.0.1]:80", Some("a"), Some("b"), None),
        ("127.0.0.1:80", Some("a"), Some("a"), Some("127.0.0.1:80")),
    ] {
        let found = reached(at.parse().expect(at), from, host);
        assert_eq!(found.as_deref(), typed, "{at}");
    }
}
