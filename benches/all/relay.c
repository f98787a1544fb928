/* A bare wire: what comes from the TUN device on descriptor 0 goes to the one on descriptor 1, and back. One thread each
   way, each packet one read(2) and one write(2), nothing looked at. It ends when it is killed. */

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static void *carry(void *from) {
    int in = from ? 1 : 0, out = 1 - in;
    static char packets[2][65536];
    for (;;) {
        ssize_t len = read(in, packets[in], sizeof packets[in]);
        if (len <= 0 || write(out, packets[in], len) != len)
            _exit(1);
    }
}

int main(void) {
    pthread_t back;
    for (int fd = 0; fd < 2; fd++)
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0)
            return 1;
    if (pthread_create(&back, NULL, carry, "back") != 0)
        return 1;
    carry(NULL);
}
