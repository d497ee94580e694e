#include "platform/rpc/cork.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace asio = boost::asio;
using asio::ip::tcp;
using tamarack::rpc::Cork;

TEST_CASE("what is written to a corked connection comes when the cork is pulled", "[rpc]") {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  tcp::socket writer(io), reader(io);
  writer.connect(acceptor.local_endpoint());
  acceptor.accept(reader);
  writer.set_option(tcp::no_delay(true));
  int epoll = epoll_create1(EPOLL_CLOEXEC), pipes[2];
  REQUIRE(pipe(pipes) == 0);
  epoll_event event{EPOLLIN, {}};
  // No connection of ours, and no connection at all.
  REQUIRE(epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event) == 0);
  REQUIRE(epoll_ctl(epoll, EPOLL_CTL_ADD, writer.native_handle(), &event) == 0);

  Cork cork(epoll);
  for (int turn = 0; turn < 3; ++turn) {
    cork.Push();
    CHECK(cork.is_in());
    asio::write(writer, asio::buffer("ab", 2));
    asio::write(writer, asio::buffer("cd", 2));
    CHECK(reader.available() == 0);
    cork.Pull();
    CHECK_FALSE(cork.is_in());
    std::string got(4, '\0');
    CHECK(reader.read_some(asio::buffer(got)) == 4);
    CHECK(got == "abcd");
  }
  asio::write(writer, asio::buffer("e", 1));
  std::string last(1, '\0');
  CHECK(asio::read(reader, asio::buffer(last)) == 1);
  for (int descriptor : {epoll, pipes[0], pipes[1]}) close(descriptor);
}

TEST_CASE("a server's new connections do not begin corked", "[rpc]") {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN, {}};
  REQUIRE(epoll_ctl(epoll, EPOLL_CTL_ADD, acceptor.native_handle(), &event) == 0);
  Cork cork(epoll);
  cork.Push();
  tcp::socket client(io), accepted(io);
  client.connect(acceptor.local_endpoint());
  acceptor.accept(accepted);
  cork.Pull();
  int is_corked = -1;
  socklen_t size = sizeof is_corked;
  REQUIRE(getsockopt(accepted.native_handle(), IPPROTO_TCP, TCP_CORK, &is_corked, &size) == 0);
  CHECK(is_corked == 0);
  close(epoll);
}
