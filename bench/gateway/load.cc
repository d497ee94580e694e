// Bounded HTTP/1.1 load that costs little itself: one thread, one epoll, one request at a time on
// each connection.
//   bench-load SECONDS PORT REQUEST_FILE     prints one JSON line of rate and latencies
//   bench-load idle COUNT PORT REQUEST_FILE  opens COUNT connections, sends one request on each,
//                                            prints `ready` and keeps them open until its standard
//                                            input ends
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConcurrent = 32;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Connect(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    Die("connect");
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// One connection with its outstanding request.
struct Connection {
  int fd = -1;
  Clock::time_point sent;
  std::string answer;

  void Send(const std::string& request) {
    sent = Clock::now();
    answer.clear();
    if (write(fd, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
      Die("write");
  }
  // Reads what is there; true once the answer is whole.
  bool Receive() {
    std::array<char, 16 * 1024> buffer;
    ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count <= 0) Die("the peer closed a connection");
    answer.append(buffer.data(), static_cast<size_t>(count));
    constexpr std::string_view kLength = "Content-Length: ";
    size_t head = answer.find("\r\n\r\n"), length = answer.find(kLength);
    if (head == std::string::npos) return false;
    if (length > head) Die("an answer without Content-Length");
    size_t body = std::strtoul(answer.c_str() + length + kLength.size(), nullptr, 10);
    return answer.size() >= head + 4 + body;
  }
  bool IsSuccess() const { return answer.starts_with("HTTP/1.1 200"); }
};

int Load(double seconds, uint16_t port, const std::string& request) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::array<Connection, kConcurrent> connections;
  for (Connection& connection : connections) {
    connection.fd = Connect(port);
    epoll_event event{EPOLLIN, {&connection}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection.fd, &event);
  }
  std::vector<uint32_t> micros;
  micros.reserve(1'000'000);
  size_t failed = 0;
  auto begin = Clock::now(), now = begin;
  auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (Connection& connection : connections) connection.Send(request);
  std::array<epoll_event, kConcurrent> events;
  for (int waiting = kConcurrent; waiting > 0;) {
    int count = epoll_wait(epoll, events.data(), kConcurrent, 10'000);
    if (count <= 0) Die("no answer within 10 s");
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<size_t>(i)].data.ptr);
      if (!connection.Receive()) continue;
      now = Clock::now();
      auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - connection.sent);
      micros.push_back(static_cast<uint32_t>(took.count()));
      failed += connection.IsSuccess() ? 0 : 1;
      if (now < end) {
        connection.Send(request);
      } else {
        --waiting;
      }
    }
  }
  std::sort(micros.begin(), micros.end());
  auto at = [&](double share) {
    return micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))] / 1000.0;
  };
  std::printf(R"({"requests":%zu,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"failed":%zu})"
              "\n",
              micros.size(), std::chrono::duration<double>(now - begin).count(), at(0.5), at(0.99),
              failed);
  return 0;
}

int Idle(int count, uint16_t port, const std::string& request) {
  std::vector<Connection> connections(static_cast<size_t>(count));
  for (Connection& connection : connections) {
    connection.fd = Connect(port);
    connection.Send(request);
    while (!connection.Receive()) {
    }
    if (!connection.IsSuccess()) Die("not answered with 200");
    std::string().swap(connection.answer);
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bool is_idle = argc == 5 && std::strcmp(argv[1], "idle") == 0;
  if (!is_idle && argc != 4) {
    std::fprintf(stderr, "usage: bench-load SECONDS|idle COUNT PORT REQUEST_FILE\n");
    return 2;
  }
  std::ifstream file(argv[argc - 1], std::ios::binary);
  std::string request(std::istreambuf_iterator<char>(file), {});
  auto port = static_cast<uint16_t>(std::atoi(argv[argc - 2]));
  return is_idle ? Idle(std::atoi(argv[2]), port, request)
                 : Load(std::atof(argv[1]), port, request);
}
