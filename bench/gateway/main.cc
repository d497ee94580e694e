// Bounded load on one echo method, by REST through the gateway and by gRPC on the service itself,
// in turns within one run.
//   bench-gateway HTTP_PORT GRPC_PORT GATEWAY_PID BACKEND_PID [SECONDS]
#include "echo.grpc.pb.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using bench::echo::v1::EchoMessage;
using bench::echo::v1::EchoService;
using Clock = std::chrono::steady_clock;

constexpr int kConcurrent = 32;
constexpr int kRounds = 2;
constexpr char kBody[] =
    R"({"name":"renewal","reference":"LIC-2026-000123","amount_cents":9000,"count":3,"is_final":true,"ratio":0.75,)"
    R"("tags":["licence","online"],"metadata":{"channel":"web","region":"east"},)"
    R"("address":{"street":"1 Main Street","city":"Ottawa","postal_code":"K1A 0A1"},"note":"Renouvellement"})";

EchoMessage Message() {
  EchoMessage message;
  message.set_name("renewal");
  message.set_reference("LIC-2026-000123");
  message.set_amount_cents(9000);
  message.set_count(3);
  message.set_is_final(true);
  message.set_ratio(0.75);
  message.add_tags("licence");
  message.add_tags("online");
  (*message.mutable_metadata())["channel"] = "web";
  (*message.mutable_metadata())["region"] = "east";
  message.mutable_address()->set_street("1 Main Street");
  message.mutable_address()->set_city("Ottawa");
  message.mutable_address()->set_postal_code("K1A 0A1");
  message.set_note("Renouvellement");
  return message;
}

// Latencies in microseconds of what was answered between `begin` and `end`; what came before warmed
// up.
struct Samples {
  Clock::time_point begin, end;
  std::vector<int64_t> micros;
  size_t failures = 0;

  explicit Samples(double seconds) {
    begin = Clock::now() + std::chrono::seconds(1);
    end = begin + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
    micros.reserve(1'000'000);
  }
  bool IsOver() const { return Clock::now() >= end; }
  void Add(Clock::time_point sent, bool ok) {
    auto now = Clock::now();
    if (!ok) ++failures;
    if (ok && sent >= begin && now <= end) {
      micros.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - sent).count());
    }
  }
};

// User and system time of a process so far, in microseconds.
int64_t CpuMicros(const char* pid) {
  std::ifstream file(std::string("/proc/") + pid + "/stat");
  std::string text;
  std::getline(file, text);
  int64_t user = 0, system = 0;
  std::sscanf(text.c_str() + text.rfind(')') + 2,
              "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  return (user + system) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

asio::awaitable<void> HttpCaller(unsigned short port, Samples& samples) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), port}, asio::use_awaitable);
  socket.set_option(asio::ip::tcp::no_delay(true));
  const std::string request =
      "POST /bench/v1/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "bench\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(sizeof kBody - 1) + "\r\n\r\n" + kBody;
  std::string buffer(16 * 1024, '\0');
  while (!samples.IsOver()) {
    auto sent = Clock::now();
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    size_t size = 0, wanted = 1;
    while (size < wanted) {
      size += co_await socket.async_read_some(asio::buffer(&buffer[size], buffer.size() - size),
                                              asio::use_awaitable);
      std::string_view seen(buffer.data(), size);
      size_t head = seen.find("\r\n\r\n"), length = seen.find("Content-Length: ");
      wanted = size + 1;
      if (head != std::string_view::npos && length < head) {
        wanted = head + 4 + std::strtoul(buffer.data() + length + 16, nullptr, 10);
      }
    }
    samples.Add(sent, buffer.starts_with("HTTP/1.1 200"));
  }
}

void RunHttp(unsigned short port, Samples& samples) {
  asio::io_context io{1};
  for (int i = 0; i < kConcurrent; ++i)
    asio::co_spawn(io, HttpCaller(port, samples), asio::detached);
  io.run();
}

// One caller of the service itself: its next call begins when the last one ends.
class GrpcCaller {
 public:
  GrpcCaller(EchoService::Stub& stub, Samples& samples, std::mutex& mutex,
             std::condition_variable& done, int& running)
      : stub_(stub), samples_(samples), mutex_(mutex), done_(done), running_(running) {}

  void Call() {
    context_ = std::make_unique<grpc::ClientContext>();
    context_->AddMetadata("authorization", "Bearer bench");
    sent_ = Clock::now();
    stub_.async()->Echo(context_.get(), &request_, &response_, [this](grpc::Status status) {
      bool is_over = samples_.IsOver();
      {
        std::lock_guard lock(mutex_);
        samples_.Add(sent_, status.ok());
        if (is_over && --running_ == 0) done_.notify_one();
      }
      if (!is_over) Call();
    });
  }

 private:
  EchoService::Stub& stub_;
  Samples& samples_;
  std::mutex& mutex_;
  std::condition_variable& done_;
  int& running_;
  std::unique_ptr<grpc::ClientContext> context_;
  EchoMessage request_ = Message(), response_;
  Clock::time_point sent_;
};

void RunGrpc(EchoService::Stub& stub, Samples& samples) {
  std::mutex mutex;
  std::condition_variable done;
  int running = kConcurrent;
  std::vector<std::unique_ptr<GrpcCaller>> callers;
  for (int i = 0; i < kConcurrent; ++i) {
    callers.push_back(std::make_unique<GrpcCaller>(stub, samples, mutex, done, running));
    callers.back()->Call();
  }
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return running == 0; });
}

double Report(const char* name, Samples& samples, double seconds, int64_t gateway_cpu,
              int64_t backend_cpu) {
  std::sort(samples.micros.begin(), samples.micros.end());
  size_t count = samples.micros.size();
  auto at = [&](double share) {
    return count == 0
               ? 0.0
               : static_cast<double>(
                     samples.micros[static_cast<size_t>(share * static_cast<double>(count - 1))]) /
                     1000;
  };
  double rate = static_cast<double>(count) / seconds;
  // Warm-up counts in the CPU figure and not in the rate, so it is scaled.
  double calls = rate * (seconds + 1);
  std::printf("%-22s %9.0f %9.2f %9.2f %12.1f %12.1f %9zu\n", name, rate, at(0.5), at(0.99),
              static_cast<double>(gateway_cpu) / calls, static_cast<double>(backend_cpu) / calls,
              samples.failures);
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5)
    return std::fprintf(
               stderr,
               "usage: bench-gateway HTTP_PORT GRPC_PORT GATEWAY_PID BACKEND_PID [SECONDS]\n"),
           2;
  auto http_port = static_cast<unsigned short>(std::atoi(argv[1]));
  double seconds = argc > 5 ? std::atof(argv[5]) : 5;
  auto channel =
      grpc::CreateChannel(std::string("127.0.0.1:") + argv[2], grpc::InsecureChannelCredentials());
  auto stub = EchoService::NewStub(channel);

  std::printf("%-22s %9s %9s %9s %12s %12s %9s\n", "", "req/s", "p50 ms", "p99 ms", "gateway us",
              "service us", "failed");
  double rates[2] = {0, 0};
  for (int round = 0; round < kRounds; ++round) {
    for (int through_gateway : {0, 1}) {
      int64_t gateway_cpu = CpuMicros(argv[3]), backend_cpu = CpuMicros(argv[4]);
      Samples samples(seconds);
      through_gateway ? RunHttp(http_port, samples) : RunGrpc(*stub, samples);
      gateway_cpu = CpuMicros(argv[3]) - gateway_cpu;
      backend_cpu = CpuMicros(argv[4]) - backend_cpu;
      rates[through_gateway] +=
          Report(through_gateway ? "REST through gateway" : "gRPC to the service", samples, seconds,
                 gateway_cpu, backend_cpu);
    }
  }
  std::printf("ratio: %.2f of the direct rate\n", rates[0] > 0 ? rates[1] / rates[0] : 0.0);
}
