#include "analyzer/evidence/provenance.h"

#include <algorithm>

namespace unrepro::evidence {

Result<Provenance> read_provenance(const Statement& statement) {
  if (statement.predicate_type != kProvenanceType)
    return fail(Trouble::unsupported, "predicate " + statement.predicate_type + " is no SLSA provenance v1");
  const Json* definition = statement.predicate.find("buildDefinition");
  const Json* details = statement.predicate.find("runDetails");
  const Json* builder = details == nullptr ? nullptr : details->find("builder");
  if (definition == nullptr || builder == nullptr)
    return fail(Trouble::unsupported, "provenance without build definition or builder");
  Provenance provenance;
  provenance.subjects = statement.subjects;
  provenance.signers = statement.signers;
  provenance.build_type = definition->text("buildType");
  provenance.builder_id = builder->text("id");
  if (provenance.build_type.empty() || provenance.builder_id.empty())
    return fail(Trouble::unsupported, "provenance without build type or builder id");
  const Json* parameters = definition->find("externalParameters");
  if (parameters == nullptr || parameters->as_object() == nullptr)
    return fail(Trouble::unsupported, "provenance without external parameters");
  provenance.external_parameters = *parameters;
  if (const Json* dependencies = definition->find("resolvedDependencies")) {
    if (dependencies->as_array() == nullptr)
      return fail(Trouble::unsupported, "resolved dependencies that are no list");
    for (const Json& item : *dependencies->as_array()) {
      Result<Resource> resource = read_resource(item);
      if (!resource) return tl::unexpected<Error>(resource.error());
      provenance.dependencies.push_back(std::move(*resource));
    }
  }
  if (const Json* metadata = details->find("metadata")) {
    provenance.invocation = metadata->text("invocationId");
    provenance.started_on = metadata->text("startedOn");
    provenance.finished_on = metadata->text("finishedOn");
  }
  return provenance;
}

ProvenanceDemand provenance_demand(const quorum::Policy& policy) {
  ProvenanceDemand demand{
      .builders = {}, .build_type = policy.build_type, .parameters = policy.external_parameters};
  for (const auto& [id, key] : policy.keys) demand.builders[id] = key.builders;
  return demand;
}

std::string refusal(const Provenance& provenance, const ProvenanceDemand& demand) {
  const auto speak =
      std::count_if(provenance.signers.begin(), provenance.signers.end(), [&](const std::string& id) {
        const auto at = demand.builders.find(id);
        return at != demand.builders.end() && at->second.contains(provenance.builder_id);
      });
  if (speak == 0) return "no signer may speak for builder " + provenance.builder_id;
  if (speak < demand.threshold)
    return "only " + std::to_string(speak) + " of the signers may speak for builder " +
           provenance.builder_id + ", " + std::to_string(demand.threshold) + " needed";
  if (!demand.build_type.empty() && provenance.build_type != demand.build_type)
    return "build type is " + provenance.build_type + ", expected " + demand.build_type;
  for (const JsonMember& parameter : *provenance.external_parameters.as_object()) {
    if (!demand.parameters.contains(parameter.name)) return "unexpected external parameter " + parameter.name;
  }
  return {};
}

}  // namespace unrepro::evidence
