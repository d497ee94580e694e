#pragma once

#include "tests/support/eventually.h"

#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tamarack::gateway {

// In both: FOLDER, PORT and SERVER stand for what is known only when it starts.
inline constexpr char kNginxConfig[] = R"(
daemon off; master_process off; error_log stderr emerg; pid FOLDER/pid;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
  upstream gateway { server 127.0.0.1:SERVER; keepalive 4; }
  server {
    listen 127.0.0.1:PORT;
    ignore_invalid_headers off; underscores_in_headers on;
    location / {
      proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off; proxy_next_upstream off;
    }
  }
}
)";
inline constexpr char kHaproxyConfig[] = R"(
global
  maxconn 512
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  http-reuse always
  retries 0
frontend front
  bind 127.0.0.1:PORT
  option accept-invalid-http-request
  default_backend gateway
backend gateway
  server gateway 127.0.0.1:SERVER
)";

// Debian's nginx or HAProxy in front of a server on a loopback port: as lenient as it can be set,
// and using its connections to the server for all clients. Ends with the object.
class FrontProxy {
 public:
  // `arguments` go before the name of the configuration file.
  FrontProxy(const char* program, const std::vector<std::string>& arguments, std::string config,
             int server_port)
      : folder_(std::filesystem::temp_directory_path() /
                ("front-proxy-" + std::to_string(::getpid()))),
        port_(FreePort()) {
    std::filesystem::create_directories(folder_);
    Fill(config, "FOLDER", folder_.string());
    Fill(config, "PORT", std::to_string(port_));
    Fill(config, "SERVER", std::to_string(server_port));
    std::string file = folder_ / "config";
    std::ofstream(file) << config;
    std::vector<std::string> words = {program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.push_back(file);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (posix_spawn(&process_, program, nullptr, nullptr, argv.data(), environ) != 0) {
      throw std::runtime_error(std::string(program) + " is not installed");
    }
    bool has_ended = false;
    bool is_over = testing::Eventually([&] {
      has_ended = waitpid(process_, nullptr, WNOHANG) != 0;
      return has_ended || IsListening();
    });
    if (has_ended || !is_over) throw std::runtime_error(std::string(program) + " did not start");
  }
  ~FrontProxy() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  FrontProxy(const FrontProxy&) = delete;
  FrontProxy& operator=(const FrontProxy&) = delete;

  int port() const { return port_; }

 private:
  static void Fill(std::string& text, const std::string& word, const std::string& value) {
    for (size_t at; (at = text.find(word)) != std::string::npos;) {
      text.replace(at, word.size(), value);
    }
  }
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static int FreePort() {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    close(socket);
    return ntohs(address.sin_port);
  }
  bool IsListening() const {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Loopback(port_);
    bool is_listening =
        connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(socket);
    return is_listening;
  }

  std::filesystem::path folder_;
  int port_;
  pid_t process_ = -1;
};

}  // namespace tamarack::gateway
