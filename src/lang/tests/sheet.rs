//! The lab sheet's listings, line by line, and what a student pastes around them.

use super::*;

/// Every line is understood, but for those that begin a block.
fn listing(text: &str, blocks: &[&str]) {
    for Line { number, text } in lines(text) {
        match parse(text) {
            Ok(_) => {}
            Err(fault) => {
                let trimmed = text.trim();
                assert!(
                    blocks.contains(&trimmed),
                    "line {number}: {text}\n{fault:?}"
                );
                assert!(
                    !fault.expected.is_empty() || !fault.help.is_empty(),
                    "{trimmed} is not answered"
                );
            }
        }
    }
    for block in blocks {
        assert!(parse(block).is_err(), "{block} is a block");
    }
}

#[test]
fn the_python_2_server() {
    listing(
        r#"#!/usr/bin/python           # This is server.py file

import socket               # Import socket module

s = socket.socket()         # Create a socket object
host = socket.gethostname() # Get local machine name
port = 12345                # Reserve a port for your service.
s.bind((host, port))        # Bind to the port

s.listen(5)                 # Now wait for client connection.
while True:
   c, addr = s.accept()     # Establish connection with client.
   print 'Got connection from', addr
   c.send('Thank you for connecting')
   c.close()                # Close the connection
"#,
        &["while True:"],
    );
    assert_eq!(
        one("   c, addr = s.accept()     # Establish"),
        one("c, addr = accept s")
    );
    assert_eq!(
        one("print 'Got connection from', addr"),
        one("print(\"Got connection from\", addr)")
    );
}

#[test]
fn the_python_2_client() {
    listing(
        "#!/usr/bin/python           # This is client.py file\n\nimport socket               # Import socket module\n\n\
         s = socket.socket()         # Create a socket object\nhost = socket.gethostname() # Get local machine name\n\
         port = 12345                # Reserve a port for your service.\n\ns.connect((host, port))\nprint s.recv(1024)\n\
         s.close                     # Close the socket when done\n",
        &[],
    );
    let close = one("s.close                     # Close the socket when done");
    assert_eq!(close, one("close s"));
    assert!(
        close.remarks[0].contains("without ()"),
        "{:?}",
        close.remarks
    );
}

#[test]
fn the_python_3_pair() {
    listing(
        r#"import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_address = ("127.0.0.1", 8080)
server_socket.bind(server_address)
server_socket.listen(1)
print("Server is listening on {}:{}".format(*server_address))
print(f"Listening on {server_address[0]}:{server_address[1]}")
client_socket, client_address = server_socket.accept()
print("Accepted connection from", client_address)
print(f"Accepted connection from {client_address!r}")
data = client_socket.recv(1024)
print("Received:", data.decode("utf-8"))
print(f"Received: {data.decode('utf-8')}")
client_socket.sendall(b"Hello, client!")
message = "Hello, server!"
client_socket.sendall(message.encode("utf-8"))
client_socket.close()
server_socket.close()
if __name__ == "__main__":
def main():
try:
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
"#,
        &[
            "if __name__ == \"__main__\":",
            "def main():",
            "try:",
            "with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:",
        ],
    );
}

#[test]
fn a_c_program() {
    listing(
        r#"#include <sys/socket.h>
#define PORT 8080
int main() {
    int server_fd, new_socket;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080), .sin_addr.s_addr = INADDR_ANY};
    int opt = 1;
    char buffer[1024] = {0};
    const char *hello = "Hello from server";
    socklen_t addrlen = sizeof(address);
    if ((server_fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) {
        perror("socket failed");
    }
    server_fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof(address));
    setsockopt(server_fd, SOL_SOCKET, SO_REUSEADDR, &opt, sizeof(opt));
    bind(server_fd, (struct sockaddr *)&address, sizeof(address));
    listen(server_fd, 3);
    new_socket = accept(server_fd, (struct sockaddr *)&address, &addrlen);
    int valread = read(new_socket, buffer, 1024);
    printf("%s\n", buffer);
    send(new_socket, hello, strlen(hello), 0);
    close(new_socket);
    return 0;
}
"#,
        &[
            "int main() {",
            "if ((server_fd = socket(AF_INET, SOCK_STREAM, 0)) < 0) {",
            "return 0;",
        ],
    );
}

#[test]
fn a_block_is_answered_with_what_to_type() {
    let expected = |line: &str| fault(line).expected.join("\n");
    assert_eq!(
        expected("while True: c, addr = s.accept()"),
        "c, addr = s.accept()"
    );
    assert_eq!(
        expected("if (bind(s, addr, 16) < 0) {"),
        "bind(s, addr, 16)"
    );
    assert_eq!(
        expected("if ((s = socket(AF_INET, SOCK_STREAM, 0)) == -1) {"),
        "s = socket(AF_INET, SOCK_STREAM, 0)"
    );
    let with = fault("with socket.socket() as s:");
    assert_eq!(
        (with.expected[0].as_str(), with.help[0].as_str()),
        ("s = socket.socket()", "and in the end: close s")
    );
    assert!(expected("s.settimeout(5)").contains("SO_RCVTIMEO"));
    assert!(expected("c = socket.create_connection(('localhost', 80))").contains("connect c"));
    assert!(expected("s = socket.create_server(('', 80))").contains("SO_REUSEADDR"));
    for line in [
        "for i in range(5):",
        "def f(x):",
        "class A:",
        "try:",
        "except socket.error:",
        "elif x:",
        "time.sleep(1)",
        "x = lambda: 1",
        "os.fork()",
    ] {
        let fault = fault(line);
        assert!(
            !fault.help.is_empty() || !fault.expected.is_empty(),
            "{line}: {fault:?}"
        );
    }
}

#[test]
fn what_does_nothing_says_so() {
    for line in [
        "import socket",
        "from socket import *",
        "#include <sys/socket.h>",
        "struct sockaddr_in addr;",
        "char buf[1024];",
        "int a, b;",
        "memset(&a, 0, sizeof(a));",
        "pass",
        "}",
    ] {
        let statement = one(line);
        assert_eq!(statement.action, Action::Nothing, "{line}");
        assert!(!statement.remarks.is_empty(), "{line}");
    }
    assert_eq!(parse("#!/usr/bin/python").unwrap(), []);
    assert_eq!(parse("// C++").unwrap(), []);
}

#[test]
fn remarks_are_made_in_passing() {
    let remark = |line: &str| one(line).remarks.join(" ");
    assert!(remark("conn = s.accept()").contains("pair"));
    assert!(remark("socket(AF_INET, SOCK_STREAM, 0) = 3").contains("strace"));
    assert!(remark("send(c, \"hi\", 5, 0);").contains("2 bytes"));
    assert!(remark("recv(c, buf, sizeof(buf) - 1, 0);").contains("1024"));
    assert!(remark("r = getsockname(s, &a, &len);").contains("not kept"));
    assert_eq!(remark("n = recv(c, buf, 10, 0);"), "");
    assert!(remark("send c “hi”").contains("typographic"));
    assert_eq!(remark("conn, addr = s.accept()"), "");
    assert_eq!(
        remark("conn = accept s"),
        "",
        "the shell's accept gives one socket"
    );
    assert_eq!(remark("send(c, \"hi\", 2, 0);"), "");
}

#[test]
fn each_line_knows_its_dialect() {
    for line in ["bind s 127.0.0.1:80", "conn = accept s", "print x", "ls"] {
        assert!(one(line).dialect.is_shell(), "{line}");
    }
    for line in [
        "s.bind(('127.0.0.1', 80))",
        "s = socket.socket()",
        "s.close()",
        "import socket",
    ] {
        assert!(one(line).dialect.is_python(), "{line}");
    }
    for line in [
        "listen(s, 5);",
        "int one = 1;",
        "send(c, \"hi\", 2, 0)",
        "fcntl(s, F_SETFL, O_NONBLOCK) = 0",
        "}",
    ] {
        assert!(one(line).dialect.is_c(), "{line}");
    }
}
