//! Programs in C whose addresses are structures, filled in field by field: the lines of their bodies, as they stand.

use crate::harness::script;

/// The server and the client that most tutorials have, with one port for both.
#[test]
fn the_tutorials_server_and_client() {
    script(
        "#define PORT 0\n\
         int server_fd, new_socket;\n\
         struct sockaddr_in address;\n\
         int opt = 1;\n\
         socklen_t addrlen = sizeof(address);\n\
         char buffer[1024] = {0};\n\
         char *hello = \"Hello from client\";\n\
         server_fd = socket(AF_INET, SOCK_STREAM, 0);\n\
         setsockopt(server_fd, SOL_SOCKET, SO_REUSEADDR, &opt, sizeof(opt));\n\
         memset(&address, 0, sizeof(address));\n\
         address.sin_family = AF_INET;\n\
         address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);\n\
         address.sin_port = htons(PORT);\n\
         bind(server_fd, (struct sockaddr*)&address, sizeof(address));\n\
         listen(server_fd, 3);\n\
         getsockname(server_fd, (struct sockaddr*)&address, &addrlen);\n\
         struct sockaddr_in serv_addr;\n\
         int client_fd = socket(AF_INET, SOCK_STREAM, 0);\n\
         serv_addr.sin_family = AF_INET;\n\
         serv_addr.sin_port = address.sin_port;\n\
         inet_pton(AF_INET, \"127.0.0.1\", &serv_addr.sin_addr);\n\
         connect(client_fd, (struct sockaddr*)& serv_addr, sizeof(serv_addr));\n\
         struct sockaddr_in cli;\n\
         new_socket = accept(server_fd, (struct sockaddr*)&cli, &addrlen);\n\
         send(client_fd, hello, strlen(hello), 0);\n\
         ssize_t valread = read(new_socket, buffer, 1024 - 1);\n\
         printf(\"%s\\n\", buffer);\n\
         char ip[INET_ADDRSTRLEN];\n\
         inet_ntop(AF_INET, &cli.sin_addr, ip, sizeof(ip));\n\
         printf(\"from %s, and that is %s\\n\", ip, inet_ntoa(cli.sin_addr));\n\
         port = ntohs(cli.sin_port)\n\
         expect cli == (\"127.0.0.1\", port)\n\
         expect peer new_socket client_fd.local\n\
         close(new_socket);\n",
    )
    .status(0)
    .says(&[
        "sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
        "Hello from client\n",
        "from 127.0.0.1, and that is 127.0.0.1\n",
    ]);
}

/// What a missing htons() does is what it does in C.
#[test]
fn host_byte_order_in_a_field_reaches_the_kernel_as_it_is() {
    script(
        "struct sockaddr_in a;\n\
         a.sin_family = AF_INET;\n\
         a.sin_port = 9;\n\
         a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);\n\
         int u = socket(AF_INET, SOCK_DGRAM, 0);\n\
         connect(u, (struct sockaddr *)&a, sizeof a);\n\
         expect peer u 127.0.0.1:2304\n",
    )
    .status(0)
    .says(&["9 is port 2304, htons(9) is port 9", "sin_port=htons(2304)"]);
}

#[test]
fn an_address_needs_a_family() {
    let ran = script(
        "int s = socket(AF_INET, SOCK_STREAM, 0);\n\
         struct sockaddr_in a;\n\
         a.sin_port = htons(80);\n\
         bind(s, (struct sockaddr *)&a, sizeof a);\n",
    );
    ran.says(&["a.sin_family is not set", "a.sin_family = AF_INET"]);
}

/// The guide that most C programmers have read: hints, the first answer, and the next.
#[test]
fn the_guides_getaddrinfo() {
    script(
        "struct addrinfo hints, *servinfo, *p;\n\
         memset(&hints, 0, sizeof hints);\n\
         hints.ai_family = AF_INET;\n\
         hints.ai_socktype = SOCK_STREAM;\n\
         hints.ai_flags = AI_PASSIVE;\n\
         getaddrinfo(\"127.0.0.1\", \"0\", &hints, &servinfo);\n\
         p = servinfo;\n\
         int sockfd = socket(p->ai_family, p->ai_socktype, p->ai_protocol);\n\
         bind(sockfd, p->ai_addr, p->ai_addrlen);\n\
         freeaddrinfo(servinfo);\n\
         listen(sockfd, 10);\n\
         expect state sockfd LISTEN\n\
         p = p->ai_next;\n\
         expect p == None\n",
    )
    .status(0)
    .says(&[
        "{ai_flags=AI_PASSIVE, ai_family=AF_INET, ai_socktype=SOCK_STREAM, ai_protocol=0}",
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3",
    ]);
}

#[test]
fn a_host_by_its_name_is_copied_into_an_address() {
    script(
        "struct hostent *server;\n\
         server = gethostbyname(\"localhost\");\n\
         struct sockaddr_in serv_addr;\n\
         bzero((char *) &serv_addr, sizeof(serv_addr));\n\
         serv_addr.sin_family = AF_INET;\n\
         bcopy((char *)server->h_addr, (char *)&serv_addr.sin_addr.s_addr, server->h_length);\n\
         serv_addr.sin_port = htons(7);\n\
         expect serv_addr == (\"127.0.0.1\", 7)\n\
         bzero(&serv_addr, sizeof(serv_addr));\n\
         serv_addr.sin_family = AF_INET;\n\
         serv_addr.sin_addr = *((struct in_addr *)server->h_addr);\n\
         expect serv_addr == (\"127.0.0.1\", 0)\n\
         memcpy(&serv_addr.sin_addr, server->h_addr_list[0], server->h_length);\n\
         expect serv_addr == (\"127.0.0.1\", 0)\n\
         struct in_addr ip;\n\
         ip.s_addr = inet_addr(\"127.0.0.9\");\n\
         serv_addr.sin_addr = ip;\n\
         expect serv_addr == (\"127.0.0.9\", 0)\n\
         inet_aton(\"127.0.0.8\", &ip);\n\
         serv_addr.sin_addr.s_addr = ip.s_addr;\n\
         expect serv_addr == (\"127.0.0.8\", 0)\n",
    )
    .status(0);
}

#[test]
fn other_families_have_their_fields() {
    script(
        "struct sockaddr_un un;\n\
         un.sun_family = AF_UNIX;\n\
         strncpy(un.sun_path, \"./here\", sizeof(un.sun_path) - 1);\n\
         int s = socket(AF_UNIX, SOCK_STREAM, 0);\n\
         bind(s, (struct sockaddr *)&un, sizeof(un));\n\
         struct sockaddr_in6 six;\n\
         six.sin6_family = AF_INET6;\n\
         six.sin6_addr = in6addr_any;\n\
         six.sin6_port = htons(7);\n\
         expect six == (\"::\", 7)\n\
         inet_pton(AF_INET6, \"::1\", &six.sin6_addr);\n\
         expect six == (\"::1\", 7)\n",
    )
    .status(0)
    .says(&["{sa_family=AF_UNIX, sun_path="]);
}

#[test]
fn times_linger_and_groups_are_structures_too() {
    script(
        "int s = socket(AF_INET, SOCK_DGRAM, 0);\n\
         struct timeval tv;\n\
         tv.tv_sec = 5;\n\
         tv.tv_usec = 500000;\n\
         setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char*)&tv, sizeof tv);\n\
         struct linger l;\n\
         l.l_onoff = 1; l.l_linger = 7;\n\
         setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l));\n\
         struct ip_mreq mreq;\n\
         mreq.imr_multiaddr.s_addr = inet_addr(\"239.0.0.1\");\n\
         mreq.imr_interface.s_addr = htonl(INADDR_LOOPBACK);\n\
         setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq));\n",
    )
    .says(&[
        "{tv_sec=5, tv_usec=500000}, 16) = 0",
        "{l_onoff=1, l_linger=7}, 8) = 0",
        "{imr_multiaddr=inet_addr(\"239.0.0.1\"), imr_interface=inet_addr(\"127.0.0.1\")}",
    ]);
}
