#include "platform/config/flags.h"
#include "platform/http/server.h"
#include "platform/runtime/process.h"
#include "platform/telemetry/log.h"
#include "services/payments/sandbox/card_processor.h"

#include <absl/flags/declare.h>
#include <absl/flags/flag.h>

#include <cstdio>
#include <exception>

// Where every program of ours listens; defined in platform/service.
ABSL_DECLARE_FLAG(std::string, listen);
ABSL_FLAG(std::string, state_file, "",
          "file that remembers authorisations over restarts; empty: nothing is remembered");

// The sandbox card processor: a stand-in for a bank's, in a process of its own so that it can be
// slow, silent or dead.
int main(int argc, char** argv) {
  tamarack::config::ParseFlags(argc, argv, "The sandbox card processor.");
  tamarack::telemetry::ConfigureLog("card-processor", "info");
  try {
    tamarack::runtime::Process process;
    tamarack::payments::sandbox::CardProcessor processor(absl::GetFlag(FLAGS_state_file));
    tamarack::http::ServerOptions options;
    options.address = absl::GetFlag(FLAGS_listen);
    tamarack::http::Server server(
        process.executor(), options,
        [&](tamarack::http::Request request) { return processor.Handle(std::move(request)); });
    tamarack::telemetry::Log(tamarack::telemetry::Level::kInfo, "started",
                             {{"port", server.port()}});
    return process.RunUntilSignal([&] { server.Drain(std::chrono::seconds(2)); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "card processor: %s\n", error.what());
    return 1;
  }
}
