using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad manifests of networking.k8s.io, with the causes that Kubernetes gives.</summary>
public sealed class NetworkingValidationTests
{
    private const string Backend = """{"service":{"name":"web","port":{"number":80}}}""";

    private const string NotALabel =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    [Theory]
    [InlineData("""{"defaultBackend":S}""")]
    [InlineData("""{"rules":[{"host":"*.a.example","http":{"paths":[{"path":"/a","pathType":"Prefix","backend":S}]}}],"tls":[{"hosts":["*.a.example"],"secretName":"t"}]}""")]
    [InlineData("{}", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified")]
    [InlineData("""{"defaultBackend":{}}""", """spec.defaultBackend: Invalid value: "": resource or service backend is required""")]
    [InlineData(
        """{"defaultBackend":{"service":{"name":"a"},"resource":{"kind":"B","name":"b"}}}""",
        """spec.defaultBackend: Invalid value: "": cannot set both resource and service backends""")]
    [InlineData("""{"defaultBackend":{"service":{"name":"","port":{"number":80}}}}""", "spec.defaultBackend.service.name: Required value")]
    [InlineData(
        """{"defaultBackend":{"service":{"name":"a_","port":{"number":80}}}}""", $"""spec.defaultBackend.service.name: Invalid value: "a_": {NotALabel}""")]
    [InlineData("""{"defaultBackend":{"service":{"name":"1a","port":{"number":80}}}}""")]
    [InlineData("""{"defaultBackend":{"service":{"name":"a"}}}""", "spec.defaultBackend: Required value: port name or number is required")]
    [InlineData(
        """{"defaultBackend":{"service":{"name":"a","port":{"name":"b","number":1}}}}""",
        """spec.defaultBackend: Invalid value: "": cannot set both port name & port number""")]
    [InlineData(
        """{"defaultBackend":{"service":{"name":"a","port":{"number":65536}}}}""",
        "spec.defaultBackend.service.port.number: Invalid value: 65536: must be between 1 and 65535, inclusive")]
    [InlineData(
        """{"defaultBackend":{"resource":{"kind":"a/b","name":".."}}}""",
        """spec.defaultBackend.resource.kind: Invalid value: "a/b": may not contain '/'""",
        """spec.defaultBackend.resource.name: Invalid value: "..": may not be '..'""")]
    [InlineData(
        """{"rules":[{"host":"1.2.3.4"}]}""", """spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address""")]
    [InlineData(
        """{"rules":[{"host":"a.*.example"}]}""",
        """spec.rules[0].host: Invalid value: "a.*.example": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')""")]
    [InlineData("""{"rules":[{"http":{"paths":[]}}]}""", "spec.rules[0].http.paths: Required value")]
    [InlineData(
        """{"rules":[{"http":{"paths":[{"path":"/","backend":S}]}}]}""", "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [InlineData(
        """{"rules":[{"http":{"paths":[{"path":"/","pathType":"Regex","backend":S}]}}]}""",
        """spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix" """)]
    [InlineData(
        """{"rules":[{"http":{"paths":[{"path":"a//b/..","pathType":"Exact","backend":S}]}}]}""",
        """spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must be an absolute path""",
        """spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must not contain '//'""",
        """spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": cannot end with '/..'""")]
    [InlineData("""{"rules":[{"http":{"paths":[{"pathType":"ImplementationSpecific","backend":S}]}}]}""")]
    [InlineData(
        """{"rules":[{"http":{"paths":[{"path":"a","pathType":"ImplementationSpecific","backend":S}]}}]}""",
        """spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path""")]
    public void An_ingress_is_refused_for(string spec, params string[] causes) =>
        Causes.AreOf<Ingress>($$"""{"spec":{{spec.Replace(":S", ":" + Backend, StringComparison.Ordinal)}}}""", causes);

    [Fact]
    public void A_new_ingress_names_one_class()
    {
        const string Two = $$$"""{"metadata":{"annotations":{"kubernetes.io/ingress.class":"a"}},"spec":{"ingressClassName":"b","defaultBackend":{{{Backend}}}}}""";
        Causes.AreOf<Ingress>(Two, """annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified""");
        Causes.AreOfUpdate<Ingress>(Two, Two);
        Assert.Equal(
            ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"],
            Served.Strategy<Ingress>().Warnings(Causes.Read<Ingress>(Two)));
    }

    [Fact]
    public void The_status_of_an_ingress_names_addresses_and_hosts() => Causes.AreOfStatus<Ingress>(
        """{"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3"},{"hostname":"1.2.3.4"}]}}}""",
        "{}",
        """status.loadBalancer.ingress[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""",
        """status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address""");

    [Theory]
    [InlineData("""{"controller":"a.example/c","parameters":{"kind":"K","name":"n"}}""")]
    [InlineData("{}", "spec.controller: Required value")]
    [InlineData("""{"controller":"c"}""", """spec.controller: Invalid value: "c": must be a domain-prefixed path (such as "acme.io/foo")""")]
    [InlineData(
        """{"controller":"a.example/c d"}""",
        """spec.controller: Invalid value: "c d": Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')""")]
    [InlineData(
        """{"controller":"a.example/c","parameters":{"scope":"Namespace"}}""",
        "spec.parameters.kind: Required value",
        "spec.parameters.name: Required value",
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'")]
    [InlineData(
        """{"controller":"a.example/c","parameters":{"kind":"K","name":"n","namespace":"a"}}""",
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'")]
    [InlineData(
        """{"controller":"a.example/c","parameters":{"kind":"K","name":"n","scope":"Galaxy"}}""",
        """spec.parameters.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespace" """)]
    public void A_class_of_ingresses_is_refused_for(string spec, params string[] causes) =>
        Causes.AreOf<IngressClass>($$"""{"spec":{{spec}}}""", causes);

    [Fact]
    public void A_class_of_ingresses_keeps_its_controller() => Causes.AreOfUpdate<IngressClass>(
        """{"spec":{"controller":"a.example/d"}}""", """{"spec":{"controller":"a.example/c"}}""", """spec.controller: Invalid value: "a.example/d": field is immutable""");

    [Theory]
    [InlineData("""{"ingress":[{"ports":[{"port":80,"endPort":90},{"port":"http"},{}],"from":[{"podSelector":{},"namespaceSelector":{}}]}]}""")]
    [InlineData("""{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}]}""")]
    [InlineData("""{"ingress":[{"from":[{}]}]}""", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [InlineData(
        """{"egress":[{"to":[{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}]}]}""",
        "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer")]
    [InlineData(
        """{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0"}}]}]}""",
        """spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)""")]
    [InlineData("""{"egress":[{"to":[{"ipBlock":{}}]}]}""", "spec.egress[0].to[0].ipBlock.cidr: Required value")]
    [InlineData(
        """{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/8","11.0.0.0/16"]}}]}]}""",
        """spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`""",
        """spec.egress[0].to[0].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`""")]
    [InlineData(
        """{"ingress":[{"ports":[{"protocol":"ICMP"},{"port":0},{"endPort":1},{"port":"a","endPort":1},{"port":2,"endPort":1}]}]}""",
        """spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP" """,
        "spec.ingress[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        "spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is not specified",
        "spec.ingress[0].ports[3].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
        "spec.ingress[0].ports[4].endPort: Invalid value: 1: must be greater than or equal to `port`")]
    [InlineData(
        """{"policyTypes":["Ingress","Sideways"]}""",
        """spec.policyTypes[1]: Unsupported value: "Sideways": supported values: "Ingress", "Egress" """)]
    [InlineData(
        """{"policyTypes":["Ingress","Egress","Egress"]}""",
        """spec.policyTypes: Invalid value: ["Ingress","Egress","Egress"]: may not specify more than two policyTypes""")]
    public void A_network_policy_is_refused_for(string spec, params string[] causes) =>
        Causes.AreOf<NetworkPolicy>($$"""{"spec":{{spec}}}""", causes);

    [Theory]
    [InlineData("10.1.2.3/8", "must not have bits set beyond the prefix length")]
    [InlineData("10.0.0.0/08", "must not have leading 0s in IP or prefix length")]
    [InlineData("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address")]
    public void A_range_that_could_be_another_is_refused_where_it_is_new(string range, string why)
    {
        var policy = $$$$"""{"spec":{"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"{{{{range}}}}"}}]}]}}""";
        var service = $$$"""{"spec":{"type":"LoadBalancer","loadBalancerSourceRanges":[" {{{range}}} "],"allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]}}""";
        Causes.AreOf<NetworkPolicy>(policy, $"spec.egress[0].to[0].ipBlock.cidr: Invalid value: \"{range}\": {why}");
        Causes.AreOf<Service>(service, $"spec.loadBalancerSourceRanges[0]: Invalid value: \"{range}\": {why}");
        Causes.AreOfUpdate<NetworkPolicy>(policy, policy);
        Causes.AreOfUpdate<Service>(service, service);
    }

    [Fact]
    public void A_range_that_could_be_one_address_is_warned_of() => Assert.Equal(
        ["spec.egress[0].to[0].ipBlock.cidr: CIDR value \"10.1.2.3/8\" is ambiguous in this context (should be \"10.0.0.0/8\" or \"10.1.2.3/32\"?)"],
        Served.Strategy<NetworkPolicy>().Warnings(Causes.Read<NetworkPolicy>("""{"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.1.2.3/8"}}]}]}}""")));

    [Theory]
    [InlineData("""["10.0.0.0/24","2001:db8::/64"]""")]
    [InlineData("[]", "spec.cidrs: Required value: at least one CIDR required")]
    [InlineData(
        """["10.0.0.0/24","10.1.0.0/24"]""",
        """spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64""")]
    [InlineData("""["10.0.0.1/24"]""", """spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length""")]
    [InlineData("""["10.0.0.0/024"]""", """spec.cidrs[0]: Invalid value: "10.0.0.0/024": must not have leading 0s in IP or prefix length""")]
    [InlineData("""["2001:DB8::/64"]""", """spec.cidrs[0]: Invalid value: "2001:DB8::/64": must be in canonical form ("2001:db8::/64")""")]
    [InlineData("""["a"]""", """spec.cidrs[0]: Invalid value: "a": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)""")]
    public void A_range_of_services_is_refused_for(string ranges, params string[] causes) =>
        Causes.AreOf<ServiceCIDR>($$$"""{"spec":{"cidrs":{{{ranges}}}}}""", causes);

    [Theory]
    [InlineData("""["10.0.0.0/24"]""")]
    [InlineData("""["10.0.0.0/24","2001:db8::/64"]""")]
    [InlineData("""["10.1.0.0/24"]""", """spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable""")]
    [InlineData("[]", "spec.cidrs: Invalid value: []: field is immutable")]
    public void A_range_of_services_only_gets_a_second_family(string ranges, params string[] causes) =>
        Causes.AreOfUpdate<ServiceCIDR>($$$"""{"spec":{"cidrs":{{{ranges}}}}}""", """{"spec":{"cidrs":["10.0.0.0/24"]}}""", causes);

    [Fact]
    public void An_address_belongs_to_one_object_for_good()
    {
        const string Taken = """{"spec":{"parentRef":{"resource":"services","namespace":"a","name":"b"}}}""";
        Causes.AreOf<IPAddress>(Taken);
        Causes.AreOf<IPAddress>("{}", "spec.parentRef: Required value");
        Causes.AreOf<IPAddress>(
            """{"spec":{"parentRef":{"group":"A"}}}""",
            """spec.parentRef.group: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')""",
            "spec.parentRef.resource: Required value",
            "spec.parentRef.name: Required value");
        Causes.AreOfUpdate<IPAddress>(
            Taken.Replace("\"b\"", "\"c\"", StringComparison.Ordinal),
            Taken,
            """spec.parentRef: Invalid value: {"resource":"services","namespace":"a","name":"c"}: field is immutable""");
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("10.0.0.01", "must not have leading 0s")]
    [InlineData("2001:0db8::1", "must be in canonical form (\"2001:db8::1\")")]
    [InlineData("::ffff:10.0.0.1", "must not be an IPv4-mapped IPv6 address")]
    [InlineData("web", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    public void The_name_of_an_address_is_the_address(string name, params string[] causes) => Assert.Equal(
        causes.Select(cause => $"metadata.name: Invalid value: \"{name}\": {cause}"),
        ObjectMetaValidation.Validate(new() { Name = name }, BuiltInKinds.Of<IPAddress>(), Served.Of<IPAddress>().NameRule).Select(e => e.ToString()));
}
