// A backend that says what the test tells it to.
#pragma once

#include <string>
#include <vector>

#include "host/api/backend.h"
#include "tests/config/config_world.h"

namespace vitrine::api {

class FakeBackend : public Backend {
 public:
  FakeBackend();

  ApplianceStatus status() override { return status_report; }
  std::vector<FlowRow> flows(size_t limit) override;
  CountersReport counters() override { return counters_report; }
  PolicyReport policy() override { return policy_report; }
  std::vector<CertificateRow> certificates() override { return certificate_rows; }
  Result<CaReport> ca() override;
  LicenceReport licence() override { return licence_report; }
  // "Vitrine licence" in the text makes it one.
  Result<LicenceReport> install_licence(std::string_view text) override;
  Result<LicenceReport> remove_licence() override;
  config::Manager& configuration() override { return *world.manager; }

  config::ConfigWorld world;
  ApplianceStatus status_report;
  std::vector<FlowRow> flow_rows;
  CountersReport counters_report;
  PolicyReport policy_report;
  std::vector<CertificateRow> certificate_rows;
  LicenceReport licence_report;
  bool has_ca = true;
};

}  // namespace vitrine::api
