#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tamarack::gateway {

// A DNS server on the loopback interface that has one answer to every question: the addresses that
// it is told, in A records without a life time.
class NameServer {
 public:
  explicit NameServer(std::vector<std::string> addresses) : addresses_(std::move(addresses)) {
    Receive();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~NameServer() {
    io_.stop();
    thread_.join();
  }

  void Tell(std::vector<std::string> addresses) {
    std::lock_guard lock(mutex_);
    addresses_ = std::move(addresses);
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port());
  }

 private:
  using Udp = boost::asio::ip::udp;

  void Receive() {
    socket_.async_receive_from(boost::asio::buffer(buffer_), peer_,
                               [this](boost::system::error_code error, size_t size) {
                                 if (error) return;
                                 std::string answer = Answer(std::string(buffer_.data(), size));
                                 if (!answer.empty())
                                   socket_.send_to(boost::asio::buffer(answer), peer_, 0, error);
                                 Receive();
                               });
  }

  // RFC 1035, section 4. The question goes back as it came, without what may follow it (EDNS).
  std::string Answer(const std::string& query) {
    constexpr size_t kHeader = 12;
    size_t end = query.find('\0', kHeader) + 1;  // of the name
    if (end == 0 || query.size() < end + 4) return {};
    bool asks_ipv4 = query.substr(end, 2) == std::string("\0\1", 2);
    std::lock_guard lock(mutex_);
    size_t count = asks_ipv4 ? addresses_.size() : 0;
    std::string answer = query.substr(0, 2) + std::string("\x81\x80\0\1\0", 5) +
                         static_cast<char>(count) + std::string(4, '\0') +
                         query.substr(kHeader, end + 4 - kHeader);
    for (size_t i = 0; i < count; ++i) {
      auto bytes = boost::asio::ip::make_address_v4(addresses_[i]).to_bytes();
      answer += std::string("\xC0\x0C\0\1\0\1\0\0\0\0\0\4", 12);
      answer.append(bytes.begin(), bytes.end());
    }
    return answer;
  }

  std::mutex mutex_;
  std::vector<std::string> addresses_;
  boost::asio::io_context io_{1};
  Udp::socket socket_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  Udp::endpoint peer_;
  std::array<char, 512> buffer_{};
  std::thread thread_;
};

}  // namespace tamarack::gateway
