#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tamarack::testing {
namespace asio = boost::asio;

// A relay that answers each command from a table; an empty reply closes the connection. Serves one
// connection after the other on its own thread.
class Relay {
 public:
  std::map<std::string, std::string> replies = {{"GREETING", "220 relay"},
                                                {"EHLO", "250-relay\r\n250 AUTH PLAIN"},
                                                {"AUTH", "235 ok"},
                                                {"MAIL", "250 ok"},
                                                {"RCPT", "250 ok"},
                                                {"DATA", "354 go on"},
                                                {"TEXT", "250 2.0.0 Ok: queued as X1"},
                                                {"QUIT", "221 bye"}};
  std::vector<std::string> commands;  // Read them after the client is done.
  std::string text;
  int connections = 0;

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
  void Stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    ::shutdown(open_, SHUT_RDWR);  // who is still connected is left
    asio::ip::tcp::socket wake(io_);
    wake.connect(acceptor_.local_endpoint());
    thread_.join();
  }

 private:
  bool Reply(asio::ip::tcp::socket& socket, const std::string& key) {
    auto found = replies.find(key);
    std::string reply = found == replies.end() ? "250 ok" : found->second;
    boost::system::error_code error;
    if (!reply.empty()) asio::write(socket, asio::buffer(reply + "\r\n"), error);
    return !reply.empty() && !error;
  }
  void Serve(asio::ip::tcp::socket& socket) {
    std::string buffer;
    auto read_until = [&](const std::string& end) -> std::optional<std::string> {
      boost::system::error_code error;
      size_t size = asio::read_until(socket, asio::dynamic_buffer(buffer), end, error);
      if (error) return std::nullopt;
      std::string read = buffer.substr(0, size);
      buffer.erase(0, size);
      return read;
    };
    bool goes_on = Reply(socket, "GREETING");
    while (goes_on) {
      auto line = read_until("\r\n");
      if (!line) return;
      commands.push_back(line->substr(0, line->size() - 2));
      std::string verb = line->substr(0, 4);
      goes_on = Reply(socket, verb) && verb != "QUIT";
      if (verb != "DATA" || !goes_on || replies["DATA"][0] != '3') continue;
      auto body = read_until("\r\n.\r\n");
      if (!body) return;
      text = *body;
      goes_on = Reply(socket, "TEXT");
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> stopping_{false};
  std::atomic<int> open_{-1};
  std::thread thread_;
};

}  // namespace tamarack::testing
