// Bytes on a connection of the HTTP server: however they are cut into pieces, the same requests
// come out of them, and no field or body of a request comes from outside of it.
#include "fuzz.h"
#include "platform/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <signal.h>
#include <sys/socket.h>

#include <string>
#include <vector>

using namespace tamarack;
using boost::asio::ip::tcp;

namespace {

// libFuzzer's timer would interrupt a client's blocking calls, and bytes would be missing.
class Uninterrupted {
 public:
  Uninterrupted() {
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &before_);
  }
  ~Uninterrupted() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

class Server {
 public:
  Server()
      : server_(io_.get_executor(), Options(),
                [this](http::Request request) { return Handle(std::move(request)); }) {}

  // What the handler saw of one connection that sends `bytes` in two pieces.
  std::vector<std::string> Requests(std::string_view bytes, size_t cut) {
    Uninterrupted uninterrupted;
    seen_.clear();
    boost::asio::io_context client_io;
    tcp::socket client(client_io);
    client.connect(
        {boost::asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(server_.port())});
    client.set_option(boost::asio::socket_base::linger(true, 0));  // leaves no TIME_WAIT behind
    for (std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
      boost::system::error_code ignored;
      client.send(boost::asio::buffer(piece.data(), piece.size()), 0, ignored);
      for (int i = 0; i < 8; ++i) io_.poll();
    }
    boost::system::error_code gone;  // the server may have ended the connection
    client.shutdown(tcp::socket::shutdown_send, gone);
    char answer[4096];
    for (;;) {
      io_.poll();
      ssize_t count = recv(client.native_handle(), answer, sizeof answer, MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN)) break;
    }
    client.close(gone);
    io_.poll();
    return seen_;
  }

 private:
  static http::ServerOptions Options() {
    http::ServerOptions options;
    options.body_bytes_max = 4096;
    options.header_bytes_max = 4096;
    return options;
  }
  boost::asio::awaitable<http::Response> Handle(http::Request request) {
    std::string text = request.method + " " + request.target;
    for (const auto& [name, value] : request.headers) {
      gateway::Require(name.find_first_of(" :\r\n") == std::string::npos);
      gateway::Require(value.find_first_of("\r\n") == std::string::npos);
      text += "\n" + name + ":" + value;
    }
    gateway::Require(request.target.find_first_of(" \r\n") == std::string::npos);
    gateway::Require(request.body.size() <= 4096);
    auto length = request.headers.Get("content-length");
    if (length) gateway::Require(std::stoull(std::string(*length)) == request.body.size());
    gateway::Require(!length || !request.headers.Has("transfer-encoding"));
    seen_.push_back(text + "\n\n" + request.body);
    http::Response response;
    response.body = "ok";
    co_return response;
  }

  boost::asio::io_context io_{1};
  std::vector<std::string> seen_;
  http::Server server_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size < 2 || size > 16'384) return 0;
  static auto& server = *new Server;
  std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  auto whole = server.Requests(text, text.size());
  auto pieces = server.Requests(text, bytes[0] % text.size());
  gateway::Require(whole == pieces);
  return 0;
}
