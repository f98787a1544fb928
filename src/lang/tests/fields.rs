//! The fields of C's structures.

use super::*;
use crate::lang::ast::Function;
use crate::lang::fields::FIELDS;

#[test]
fn a_field_is_set_and_read_in_every_way_of_writing_it() {
    same(&[
        &[
            "addr.sin_port = htons(80);",
            "addr.sin_port=htons(80)",
            "addr->sin_port = htons(80);",
        ],
        &[
            "addr.sin_addr.s_addr = INADDR_ANY;",
            "addr.sin_addr.s_addr = INADDR_ANY",
        ],
        &[
            "inet_pton(AF_INET, \"127.0.0.1\", &addr.sin_addr);",
            "inet_pton(AF_INET, \"127.0.0.1\", &(addr.sin_addr))",
            "inet_pton(AF_INET, \"127.0.0.1\", & addr.sin_addr)",
            "inet_aton(\"127.0.0.1\", &addr.sin_addr);",
        ],
        &[
            "strcpy(addr.sun_path, \"/tmp/s\");",
            "strncpy(addr.sun_path, \"/tmp/s\", sizeof(addr.sun_path) - 1);",
            "snprintf(addr.sun_path, sizeof(addr.sun_path), \"/tmp/s\");",
        ],
        &[
            "memcpy(&addr.sin_addr, server->h_addr, server->h_length);",
            "memcpy(&addr.sin_addr, server->h_addr, 4)",
        ],
        &[
            "bcopy((char *)server->h_addr, (char *)&addr.sin_addr.s_addr, server->h_length);",
            "bcopy(server->h_addr, &addr.sin_addr.s_addr, 4)",
        ],
        &[
            "port = ntohs(peer.sin_port);",
            "port = ntohs(((struct sockaddr_in *)&peer)->sin_port);",
        ],
        &[
            "a = {.sin_family = AF_INET}",
            "struct sockaddr_in a = {\n  .sin_family = AF_INET,\n};",
        ],
        &[
            "inet_aton(\"127.0.0.1\", &ip);",
            "ip = inet_aton(\"127.0.0.1\")",
        ],
        &["ip.s_addr = inet_addr(\"127.0.0.1\");"],
        &["s = socket(res->ai_family, res->ai_socktype, res->ai_protocol)"],
        &["bind(s, res->ai_addr, res->ai_addrlen);"],
        &["p = p->ai_next;"],
        &["print peer.sin_family"],
    ]);
}

#[test]
fn every_field_is_set_and_read() {
    for field in FIELDS {
        let set = one(&format!("a.{field} = x"));
        assert_eq!(canonical(&set), format!("a.{field} = x"));
        let read = one(&format!("x = a.{field}"));
        assert!(
            matches!(&read.action, Action::Value(Expr::Apply(Function::Field(name), _)) if *name == field),
            "{field}: {read:?}"
        );
        assert_eq!(one(&canonical(&read)), read);
    }
}

#[test]
fn what_is_no_kept_field_is_answered_with_the_nearest() {
    for (line, field, near) in [
        ("addr.sin_prt = htons(80);", "sin_prt", "sin_port"),
        ("addr->sin_adr.s_addr = 0;", "sin_adr", "sin_addr"),
        ("a->b = 3", "b", ""),
        ("print server->h_aliases", "h_aliases", "gethostbyname"),
    ] {
        let fault = fault(line);
        let said = format!("{fault:?}");
        assert!(
            said.contains(field) || said.contains(near),
            "{line}: {said}"
        );
        assert!(said.contains(near), "{line}: {said}");
    }
    // A comparison sets nothing, and a name with a meaning has no fields.
    assert!(one("expect a.sin_port == 5").targets.is_empty());
    assert!(parse("AF_INET.sin_port = 5").is_err());
}

#[test]
fn host_byte_order_in_a_field_is_remarked() {
    for (line, remark) in [
        ("a.sin_port = 80;", "80 is port 20480, htons(80) is port 80"),
        ("a.sin6_port = 443;", "443 is port 47873"),
        ("a.sin_addr.s_addr = INADDR_LOOPBACK;", "this is 1.0.0.127"),
    ] {
        let said = one(line).remarks.concat();
        assert!(said.contains(remark), "{line}: {said}");
    }
    for well in [
        "a.sin_port = 0;",
        "a.sin_port = htons(80);",
        "a.sin_port = 257;",
        "a.sin_addr.s_addr = INADDR_ANY;",
        "a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);",
    ] {
        assert!(one(well).remarks.is_empty(), "{well}");
    }
}

#[test]
fn a_pointer_is_a_copy_and_said_to_be_one() {
    for line in [
        "struct sockaddr_in *p = &addr;",
        "p = &addr",
        "p = (SA *) &addr;",
    ] {
        let statement = one(line);
        assert_eq!(canonical(&statement), "p = addr", "{line}");
        let said = statement.remarks.concat();
        assert!(
            said.contains("p is a copy of what addr is now"),
            "{line}: {said}"
        );
    }
    assert!(one("p = addr").remarks.is_empty());
    assert!(one("x = (a)").remarks.is_empty());
}
