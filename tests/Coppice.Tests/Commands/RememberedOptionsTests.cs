using System.CommandLine;
using System.Net;
using System.Text.RegularExpressions;
using Coppice.Commands;
using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Objects;
using TemporaryDirectory = Coppice.Testing.TemporaryDirectory;

namespace Coppice.Tests.Commands;

public sealed class RememberedOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServerArguments _arguments = new();
    private readonly Command _command = new("up");

    public RememberedOptionsTests() => _arguments.AddTo(_command);

    private DataLayout Layout => new(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_given_once_holds_the_next_time()
    {
        Start("--port", "7443", "--pod-range", "10.9.0.0/24");
        Assert.Equal((7443, "10.9.0.0/24"), (Next().Port, Next().Ranges.Pods.ToString()));
    }

    [Fact]
    public void What_is_given_now_counts_and_the_rest_stays()
    {
        Start("--port", "7443", "--cluster-domain", "tree.local");
        Start("--port", "8443");
        Assert.Equal((8443, "tree.local"), (Next().Port, Next().ClusterDomain));
    }

    [Fact]
    public void A_file_is_remembered_by_its_whole_path_blanks_and_all()
    {
        var file = Path.Combine(_directory.Path, "my registries.yaml");
        File.WriteAllText(file, "");
        Start("--registries", Path.GetRelativePath(Environment.CurrentDirectory, file));
        Assert.Equal(file, Next().RegistriesFile);
    }

    [Fact]
    public void What_is_no_longer_good_is_named_with_the_file_that_has_it()
    {
        var file = Path.Combine(_directory.Path, "registries.yaml");
        File.WriteAllText(file, "");
        Start("--registries", file);
        File.Delete(file);
        var error = Assert.Throws<UserErrorException>(Next);
        Assert.Contains(Layout.Options, error.Message);
        Assert.Contains("--registries", error.Message);
    }

    [Fact]
    public void The_name_is_found_by_the_data_directory_and_cannot_change()
    {
        Start("--instance", "oak");
        Assert.Equal(("oak", "oak"), (Next().Instance, ServerArguments.InstanceOf(Layout)));
        Assert.Contains("oak", Assert.Throws<UserErrorException>(() => Start("--instance", "elm")).Message);
    }

    [Fact]
    public void Two_data_directories_have_two_names_and_the_usual_one_the_usual()
    {
        Assert.NotEqual(Read("--data-dir", "/srv/a").Instance, Read("--data-dir", "/srv/b").Instance);
        Assert.Null(InstanceName.Error(Read("--data-dir", "/srv/a").Instance));
        Assert.Equal("coppice", Read().Instance);
    }

    [Fact]
    public void A_directory_that_is_moved_keeps_its_name()
    {
        Start();
        var name = Next().Instance;
        var elsewhere = new DataLayout(_directory.Path + "-moved");
        Directory.CreateDirectory(elsewhere.Root);
        File.Move(Layout.Options, elsewhere.Options);
        Assert.Equal(name, ServerArguments.InstanceOf(elsewhere));
        Directory.Delete(elsewhere.Root, recursive: true);
    }

    [Fact]
    public void A_name_belongs_to_one_cluster_until_it_is_purged()
    {
        var (claims, one, other) = (Made("claims"), Made("one"), Made("other"));
        InstanceClaim.Take(Named("oak", one), claims);
        InstanceClaim.Take(Named("oak", one), claims);
        Assert.Contains(one, Assert.Throws<UserErrorException>(() => InstanceClaim.Take(Named("oak", other), claims)).Message);
        InstanceClaim.Release("oak", other, claims);
        Assert.Throws<UserErrorException>(() => InstanceClaim.Take(Named("oak", other), claims));
        InstanceClaim.Release("oak", one, claims);
        InstanceClaim.Take(Named("oak", other), claims);
    }

    [Fact]
    public void The_name_of_a_cluster_that_was_deleted_by_hand_is_free()
    {
        var (claims, other) = (Made("claims"), Made("other"));
        InstanceClaim.Take(Named("oak", Path.Combine(_directory.Path, "gone")), claims);
        InstanceClaim.Take(Named("oak", other), claims);
    }

    [Theory]
    [InlineData("10.96.0.0/16", "10.50.0.0/24", "20000-20999", "addresses of the range of services 10.96.0.0/16 belong to the cluster in *one (instance oak)*Choose others with --service-range")]
    [InlineData("10.244.3.0/24", "10.50.0.0/24", "20000-20999", "addresses of the range of services 10.244.3.0/24*--service-range")]
    [InlineData("172.30.0.0/24", "10.244.7.0/24", "20000-20999", "addresses of the range of pods 10.244.7.0/24*--pod-range")]
    [InlineData("172.30.0.0/24", "10.50.0.0/24", "32767-33000", "node ports of the range 32767-33000*--node-port-range")]
    [InlineData("172.30.0.0/24", "10.50.0.0/24", "32768-33000", null)]
    public void Clusters_on_one_network_have_no_address_and_no_node_port_in_common(string services, string pods, string ports, string? refusal)
    {
        var (claims, one, other) = (Made("claims"), Made("one"), Made("other"));
        InstanceClaim.Take(Named("oak", one), claims);
        var options = Named("ash", other) with { Ranges = new(IPNetwork.Parse(services), IPNetwork.Parse(pods)), NodePorts = PortRange.Parse(ports) };
        var refused = Record.Exception(() => InstanceClaim.RequireNothingShared(options, (_, _) => true, claims));
        Assert.Equal(refusal is null, refused is null);
        if (refusal is not null)
        {
            Assert.Equal(ExitCodes.NotPossible, Assert.IsType<UserErrorException>(refused).ExitCode);
            Assert.Matches(Regex.Escape(refusal).Replace("\\*", ".*"), refused.Message);
        }

        // One in another network namespace is not in the way, and neither is a cluster in its own.
        InstanceClaim.RequireNothingShared(options, (_, _) => false, claims);
        InstanceClaim.RequireNothingShared(Named("oak", one), (_, _) => true, claims);
    }

    // As a server does when it starts.
    private void Start(params IReadOnlyList<string> given) => RememberedOptions.Write(Layout, _arguments.ToRemember(_arguments.WithRemembered(Parse(given))));

    private ServerOptions Next() => _arguments.Read(_arguments.WithRemembered(Parse([])));

    private ServerOptions Read(params IReadOnlyList<string> given) => _arguments.Read(_command.Parse(given));

    private ParseResult Parse(IReadOnlyList<string> given) => _command.Parse(["--data-dir", _directory.Path, .. given]);

    private static ServerOptions Named(string instance, string directory) => new() { Instance = instance, DataDirectory = directory };

    private string Made(string name) => Directory.CreateDirectory(Path.Combine(_directory.Path, name)).FullName;
}
