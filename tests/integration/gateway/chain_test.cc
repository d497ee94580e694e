// The gateway behind nginx and HAProxy: whatever one of them makes of a request that can be read in
// two ways, nobody gets another's answer and nothing is served twice. Then clients that are slow on
// purpose.
#include "fixture.h"
#include "front_proxy.h"
#include "raw_requests.h"

#include <sys/socket.h>

#include <map>
#include <mutex>

namespace tamarack::gateway {
namespace {

// A client's connection; reads give up after 5 s.
class Client {
 public:
  explicit Client(int port) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
    timeval limit{5, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  void Send(std::string_view bytes) {
    boost::system::error_code ignored;  // whoever refused it may have closed already
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }
  // Status and body of the next answer that has a Content-Length; 0 at the end.
  std::pair<int, std::string> Read() {
    size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return {};
    }
    int status = std::stoi(pending_.substr(9, 3));
    std::string head = absl::AsciiStrToLower(pending_.substr(0, end));
    size_t at = head.find("content-length: ");
    size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (pending_.size() < end + 4 + size) {
      if (!More()) return {};
    }
    std::string body = pending_.substr(end + 4, size);
    pending_.erase(0, end + 4 + size);
    return {status, body};
  }
  // Reads on until the peer closes or resets; false when it does not within 5 s.
  bool ReadToEnd() {
    while (More()) continue;
    return errno != EAGAIN && errno != EWOULDBLOCK;
  }

 private:
  bool More() {
    char bytes[65536];
    errno = 0;
    ssize_t count = recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    if (count > 0) pending_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }
  asio::io_context io_;
  asio::ip::tcp::socket socket_{io_};
  std::string pending_;
};

std::string GetKite(const std::string& name) {
  return "GET /toy/v1/kites/" + name + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

// The gateway, with a count of how often it got each request, by the name that it carries.
struct Chain : Fixture {
  std::mutex mutex;
  std::map<std::string, int> served;
  std::unique_ptr<http::Server> behind =
      std::make_unique<http::Server>(io.get_executor(), Options(), [this](http::Request request) {
        auto name = request.headers.Get("x-name");
        std::lock_guard lock(mutex);
        ++served[name ? std::string(*name) : request.target];
        return gateway->Handle(std::move(request));
      });

  ~Chain() { behind->Drain(std::chrono::seconds(1)); }

  int Served(const std::string& name) {
    std::lock_guard lock(mutex);
    return served[name];
  }
};

// Two requests, of which the inner one shows only if the lengths are read in a certain way. To a
// reader of Content-Length `by_length` ends behind it, to one of chunks before it; `by_chunks` the
// other way round.
struct Attack {
  std::string by_length, by_chunks;
};

Attack MakeAttack(const TransferCoding& coding, const std::string& number) {
  std::string inner = "GET /toy/v1/kites/inner-" + number + " HTTP/1.1\r\nX: ";
  std::string outer = kRawPost + "X-Name: outer-" + number + "\r\n" + coding.fields;
  std::string chunked = "2\r\n{}\r\n0\r\n\r\n" + inner;
  std::ostringstream size;
  size << std::hex << inner.size();
  std::string hidden = size.str() + "\r\n" + inner + "\r\n0\r\n\r\n";
  auto length = [](size_t bytes) {
    return "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
  };
  return {outer + length(chunked.size()) + chunked, outer + length(size.str().size() + 2) + hidden};
}

void CheckChain(Chain& chain, const FrontProxy& front) {
  int number = 0;
  auto check = [&](const std::string& bytes, const std::string& name) {
    Client attacker(front.port());
    attacker.Send(bytes);
    attacker.Read();  // of whoever refused it, or the answer
    Client victim(front.port());
    victim.Send(GetKite("victim-" + name) + GetKite("second-" + name));
    for (const std::string& kite : {"victim-" + name, "second-" + name}) {
      auto [status, body] = victim.Read();
      CHECK(status == 200);
      CHECK_THAT(body, Catch::Contains("\"kites/" + kite + "\""));
      CHECK(chain.Served("/toy/v1/kites/" + kite) == 1);
    }
    CHECK(chain.Served("outer-" + name) <= 1);
    CHECK(chain.Served("/toy/v1/kites/inner-" + name) <= 1);
  };
  for (const TransferCoding& coding : MutatedCodings()) {
    INFO(coding.name);
    for (bool is_by_length : {true, false}) {
      std::string name = std::to_string(++number);
      Attack attack = MakeAttack(coding, name);
      check(is_by_length ? attack.by_length : attack.by_chunks, name);
    }
  }
  for (const char* fields : {"", "Transfer-Encoding: chunked\r\n"}) {
    std::string name = std::to_string(++number);
    std::string body = *fields ? kRawChunks : "{}";
    check(kRawPost + "X-Name: outer-" + name + "\r\n" + fields +
              (*fields ? "" : "Content-Length: 2\r\n") + "\r\n" + body,
          name);
    CHECK(chain.Served("outer-" + name) == 1);  // what is sound gets through
  }
}

TEST_CASE_METHOD(Chain, "behind nginx no request is answered twice or to the wrong client",
                 "[gateway]") {
  CheckChain(*this,
             FrontProxy("/usr/sbin/nginx", {"-e", "stderr", "-c"}, kNginxConfig, behind->port()));
}

TEST_CASE_METHOD(Chain, "behind HAProxy no request is answered twice or to the wrong client",
                 "[gateway]") {
  CheckChain(*this,
             FrontProxy("/usr/sbin/haproxy", {"-db", "-q", "-f"}, kHaproxyConfig, behind->port()));
}

TEST_CASE_METHOD(Fixture, "slow clients are cut off while others are served", "[gateway]") {
  http::ServerOptions options;
  options.header_timeout = options.request_timeout = options.idle_timeout = options.write_timeout =
      std::chrono::milliseconds(500);
  auto hasty = MakeServer(options);
  std::vector<std::unique_ptr<Client>> slow;
  auto open = [&](int count, const std::string& bytes) {
    for (int i = 0; i < count; ++i) {
      slow.push_back(std::make_unique<Client>(hasty->port()));
      slow.back()->Send(bytes);
    }
  };
  open(200, "");
  open(100, kRawGet);  // Keep the connection after an answer.
  open(50, "GET /toy/v1/kites HTTP/1.1\r\nX: ");
  open(50, kRawPost + "Content-Length: 1000\r\n\r\n{");
  std::string greedy;
  for (int i = 0; i < 300; ++i) greedy += "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
  open(20, greedy);  // More than the buffers between us hold, and never read until cut off.

  for (size_t i = 0; i < slow.size(); ++i) {
    INFO(i);
    Client good(hasty->port());  // its own: waiting for a slow one may take longer than it may idle
    good.Send(kRawGet);
    CHECK(good.Read().first == 200);
    // A byte now and then buys no time.
    for (size_t j = std::max<size_t>(i, 300); j < 400; ++j) slow[j]->Send("x");
    CHECK(slow[i]->ReadToEnd());
  }
  CHECK(hasty->Drain(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace tamarack::gateway
