using Coppice.Node.Images;
using Coppice.Node.Runtime;

namespace Coppice.Node.Tests.Images;

public sealed class RegistriesFileTests
{
    [Fact]
    public void A_mirror_becomes_a_host_file_with_its_endpoints_in_order()
    {
        var files = Plan(
            """
            mirrors:
              docker.io:
                endpoint: ["http://127.0.0.1:5000", "https://mirror.example"]
            """);

        var file = Assert.Single(files);
        Assert.Equal("docker.io/hosts.toml", file.Path);
        Assert.Equal(
            """
            # Written by coppice from registries.yaml; changes here are lost.
            server = "https://registry-1.docker.io"

            [host."http://127.0.0.1:5000"]
              capabilities = ["pull", "resolve"]

            [host."https://mirror.example"]
              capabilities = ["pull", "resolve"]

            """,
            file.Content);
    }

    [Fact]
    public void A_registry_has_its_certificates_and_credentials()
    {
        var file = Assert.Single(Plan(
            """
            configs:
              registry.example:5000:
                auth: { username: me, password: secret }
                tls: { ca_file: /ca.crt, cert_file: /c.crt, key_file: /c.key, insecure_skip_verify: true }
            """));

        Assert.Equal("registry.example:5000/hosts.toml", file.Path);
        Assert.Contains("[host.\"https://registry.example:5000\"]", file.Content);
        Assert.Contains("skip_verify = true", file.Content);
        Assert.Contains("ca = \"/ca.crt\"", file.Content);
        Assert.Contains("client = [[\"/c.crt\", \"/c.key\"]]", file.Content);
        Assert.Contains("Authorization = \"Basic bWU6c2VjcmV0\"", file.Content);
    }

    [Fact]
    public void A_star_is_for_every_registry() =>
        Assert.Equal("_default/hosts.toml", Assert.Single(Plan("mirrors:\n  \"*\":\n    endpoint:\n    - http://127.0.0.1:5000\n")).Path);

    [Theory]
    [InlineData("", 0)]
    [InlineData("mirrors:\n", 0)]
    public void An_empty_file_means_nothing(string yaml, int files) => Assert.Equal(files, Plan(yaml).Count);

    [Theory]
    [InlineData("mirorrs: {}\n", "registries.yaml:1: mirorrs is not a field here; there are: mirrors, configs")]
    [InlineData("mirrors:\n  docker.io:\n    endpoints: []\n", "registries.yaml:3: mirrors.docker.io.endpoints is not a field here; there are: endpoint")]
    [InlineData("mirrors:\n  docker.io:\n    endpoint: http://a\n", "registries.yaml:3: mirrors.docker.io.endpoint must be a list of addresses")]
    [InlineData("mirrors:\n  docker.io:\n    endpoint:\n    - 127.0.0.1:5000\n", "registries.yaml:4: mirrors.docker.io.endpoint[0] must be an address that begins with http:// or https://")]
    [InlineData("configs:\n  r:\n    tls:\n      insecure_skip_verify: maybe\n", "registries.yaml:4: configs.r.tls.insecure_skip_verify must be true or false")]
    public void A_mistake_is_named_with_its_line_and_field(string yaml, string error) =>
        Assert.Equal(error, Assert.Throws<RuntimeException>(() => RegistriesFile.Parse(yaml, "registries.yaml")).Message);

    [Fact]
    public void Broken_yaml_is_named_with_its_line() =>
        Assert.StartsWith("registries.yaml:3: ", Assert.Throws<RuntimeException>(() => RegistriesFile.Parse("mirrors:\n  a: [\n", "registries.yaml")).Message);

    [Fact]
    public void Applying_leaves_exactly_the_planned_files()
    {
        var directory = Directory.CreateTempSubdirectory("coppice-hosts-");
        try
        {
            RegistryHosts.Apply(directory.FullName, [new("a/hosts.toml", "1"), new("b/hosts.toml", "2")]);
            RegistryHosts.Apply(directory.FullName, [new("b/hosts.toml", "3")]);

            Assert.Equal("b", Assert.Single(directory.GetDirectories()).Name);
            Assert.Equal("3", File.ReadAllText(Path.Combine(directory.FullName, "b/hosts.toml")));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static IReadOnlyList<RegistryHostFile> Plan(string yaml) => RegistryHosts.Plan(RegistriesFile.Parse(yaml, "registries.yaml"));
}
