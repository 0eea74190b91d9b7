using Coppice.Configuration;

namespace Coppice.Tests.Configuration;

public sealed class SchedulerConfigurationFileTests
{
    private const string Head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

    [Fact]
    public void A_file_in_yaml_says_how_pods_are_scheduled()
    {
        var options = SchedulerConfigurationFile.Parse($"{Head}podMaxBackoffSeconds: 60\nprofiles:\n- schedulerName: mine\n  percentageOfNodesToScore: 50\n", "s.yaml");
        Assert.Equal(60, options.LongestPause.TotalSeconds);
        Assert.Equal([("mine", 50)], options.Profiles.Select(profile => (profile.Name, profile.NodesPercent ?? 0)));
    }

    [Theory]
    [InlineData("profiles:\n- schedulername: mine\n", "s.yaml: unknown field \"profiles[0].schedulername\"")]
    [InlineData("profiles:\n-\n", "s.yaml: $.profiles[0] is empty")]
    [InlineData("parallelism: -1\n", "s.yaml: parallelism: Invalid value: -1: should be an integer value greater than zero")]
    public void What_is_wrong_in_it_is_said_with_the_file_and_its_place(string rest, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => SchedulerConfigurationFile.Parse(Head + rest, "s.yaml")).Message);
}
