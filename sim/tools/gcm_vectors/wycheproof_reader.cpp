#include <stdexcept>

#include "sim/tools/gcm_vectors/reader.h"
#include <boost/json.hpp>

namespace vitrine::gcm {
namespace {

std::string text_of(const boost::json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

}  // namespace

std::vector<Vector> read_wycheproof(const std::string& json, const std::string& name) {
  const boost::json::value root = boost::json::parse(json);
  const boost::json::object& file = root.as_object();
  if (text_of(file, "algorithm") != "AES-GCM") {
    throw std::runtime_error(name + ": not of AES-GCM");
  }
  std::vector<Vector> vectors;
  for (const boost::json::value& group : file.at("testGroups").as_array()) {
    for (const boost::json::value& test : group.as_object().at("tests").as_array()) {
      const boost::json::object& fields = test.as_object();
      Vector vector;
      vector.name = name + " tcId " + std::to_string(fields.at("tcId").to_number<int>());
      vector.key = parse_hex(text_of(fields, "key"));
      vector.iv = parse_hex(text_of(fields, "iv"));
      vector.aad = parse_hex(text_of(fields, "aad"));
      vector.plain = parse_hex(text_of(fields, "msg"));
      vector.cipher = parse_hex(text_of(fields, "ct"));
      vector.tag = parse_hex(text_of(fields, "tag"));
      vector.refused = text_of(fields, "result") == "invalid";
      vector.opens = true;
      vector.seals = !vector.refused;
      vectors.push_back(std::move(vector));
    }
  }
  if (vectors.empty()) {
    throw std::runtime_error(name + ": no test case");
  }
  return vectors;
}

}  // namespace vitrine::gcm
