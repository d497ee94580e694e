#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace tamarack::testing {
namespace asio = boost::asio;

// A relay that answers each command from a table; an empty reply closes the connection. With `tls`
// it takes STARTTLS, which its EHLO must offer. Serves one connection after the other on its own
// thread.
class Relay {
 public:
  std::map<std::string, std::string> replies = {{"GREETING", "220 relay"},
                                                {"EHLO", "250-relay\r\n250 AUTH PLAIN"},
                                                {"AUTH", "235 ok"},
                                                {"MAIL", "250 ok"},
                                                {"RCPT", "250 ok"},
                                                {"DATA", "354 go on"},
                                                {"TEXT", "250 2.0.0 Ok: queued as X1"},
                                                {"STARTTLS", "220 go on"},
                                                {"QUIT", "221 bye"}};
  std::shared_ptr<asio::ssl::context> tls;
  // Read these after the client is done.
  std::vector<std::string> commands;
  std::vector<std::string> plain_commands;  // Those of them that came without TLS.
  std::string text;
  int connections = 0;
  std::string says_bye;  // what `HangUp` says before it does
  // Called on its thread before each answer, with its key; may change the table, and take its time.
  std::function<void(const std::string& key)> before_reply = [](const std::string&) {};

  ~Relay() { Stop(); }
  int port() const { return acceptor_.local_endpoint().port(); }
  void Start() {
    thread_ = std::thread([this] {
      for (;;) {
        asio::ip::tcp::socket socket(io_);
        acceptor_.accept(socket);
        if (stopping_) return;
        ++connections;
        open_ = socket.native_handle();
        Serve(socket);
        open_ = -1;
      }
    });
  }
  // As a relay does with a connection that was idle for too long.
  void HangUp() {
    std::string bye = says_bye + "\r\n";
    if (!says_bye.empty()) (void)::send(open_, bye.data(), bye.size(), MSG_NOSIGNAL);
    ::shutdown(open_, SHUT_RDWR);
  }
  void Stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    ::shutdown(open_, SHUT_RDWR);  // who is still connected is left
    asio::ip::tcp::socket wake(io_);
    wake.connect(acceptor_.local_endpoint());
    thread_.join();
  }

 private:
  template <class Stream>
  bool Reply(Stream& stream, const std::string& key) {
    before_reply(key);
    auto found = replies.find(key);
    std::string reply = found == replies.end() ? "250 ok" : found->second;
    boost::system::error_code error;
    if (!reply.empty()) asio::write(stream, asio::buffer(reply + "\r\n"), error);
    return !reply.empty() && !error;
  }
  void Serve(asio::ip::tcp::socket& socket) {
    if (!Reply(socket, "GREETING") || !Talk(socket)) return;
    boost::system::error_code error;
    asio::ssl::stream<asio::ip::tcp::socket&> secured(socket, *tls);
    secured.handshake(asio::ssl::stream_base::server, error);
    if (!error) Talk(secured);
  }
  // True when the other side wants TLS now.
  template <class Stream>
  bool Talk(Stream& stream) {
    std::string buffer;
    auto read_until = [&](const std::string& end) -> std::optional<std::string> {
      boost::system::error_code error;
      size_t size = asio::read_until(stream, asio::dynamic_buffer(buffer), end, error);
      if (error) return std::nullopt;
      std::string read = buffer.substr(0, size);
      buffer.erase(0, size);
      return read;
    };
    for (;;) {
      auto line = read_until("\r\n");
      if (!line) return false;
      commands.push_back(line->substr(0, line->size() - 2));
      if (std::is_same_v<Stream, asio::ip::tcp::socket>) plain_commands.push_back(commands.back());
      if (tls && commands.back() == "STARTTLS") return Reply(stream, "STARTTLS");
      std::string verb = line->substr(0, 4);
      if (!Reply(stream, verb) || verb == "QUIT") return false;
      if (verb != "DATA" || replies["DATA"][0] != '3') continue;
      auto body = read_until("\r\n.\r\n");
      if (!body) return false;
      text = *body;
      if (!Reply(stream, "TEXT")) return false;
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> stopping_{false};
  std::atomic<int> open_{-1};
  std::thread thread_;
};

}  // namespace tamarack::testing
