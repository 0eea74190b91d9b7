using Coppice.Cluster.Harness;
using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>The sample operator: two programs of others, in pods, that keep objects of a kind of their own.</summary>
public sealed class OperatorTests(SharedCluster shared, OperatorTests.Installed installed) : IClassFixture<OperatorTests.Installed>
{
    private const string Ready = ".status.conditions[?(@.type==\"Ready\")].status";

    private static readonly string Manifests = $"{Repository.Examples}/operator";

    /// <summary>The operator in the cluster that tests share, as long as these tests run.</summary>
    public sealed class Installed(SharedCluster shared) : IAsyncLifetime
    {
        public RunningCluster Cluster { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Cluster = await shared.GetAsync();
            await Cluster.ServeAsync(OperatorImage.Build());
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "apply", "-f", Manifests);
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "wait", "-n", "site-operator", "--for=condition=available", "deployment", "--all", "--timeout=120s");
        }

        public async ValueTask DisposeAsync() =>
            await Cluster.Kubectl.TryAsync(KubectlVersion.Newest, "delete", "--ignore-not-found", "--wait=false", "-f", Manifests);
    }

    [Fact]
    public async Task What_a_site_is_made_of_grows_back_and_a_bad_site_is_refused()
    {
        // 1. A site comes up, with the page that the webhook gave it.
        var ns = await shared.NewNamespaceAsync();
        await Eventually.SeeAsync("the webhook's consent", Patience, () => ns.TryAsync(KubectlVersion.Newest, "apply", "-f", $"{Manifests}/sample/site.yaml"), seen => seen.Succeeded);
        await IsReadyAsync(ns);
        Assert.Matches(@"NAME +HOST +WANTED +ANSWERING +READY +AGE\nhome +www\.example\.com +3 +3 +True ", await ns.RunAsync("get", "sites"));
        Assert.Equal("Welcome to www.example.com\n", await PageAsync(ns));

        // 2. What is taken away grows back, also when the controller itself was taken away.
        await GrowsBackAsync(ns, "pod/home-1");
        await GrowsBackAsync(ns, "configmap/home");
        await ns.RunAsync("delete", "pod", "--namespace=site-operator", "--selector=app=controller", "--wait=false");
        await GrowsBackAsync(ns, "pod/home-0");
        await GrowsBackAsync(ns, "service/home");
        await IsReadyAsync(ns);
        Assert.Equal("Welcome to www.example.com\n", await PageAsync(ns));
        Assert.Contains("Made pod home-1", await ns.RunAsync("describe", "site", "home"));

        // 3. Who asks for something else gets it, or is told why not.
        await ns.RunAsync("scale", "site/home", "--replicas=1");
        await Eventually.SeeAsync("one pod", Patience, () => ns.RunAsync("get", "pods", "-o", "name"), seen => seen == "pod/home-0\n");
        Assert.Equal(
            $"Error from server (Conflict): error when creating \"{Manifests}/sample/same-host.yaml\": admission webhook \"validate.sites.example.com\" denied the request: "
            + $"host www.example.com belongs to site {ns.Name}/home\n",
            (await ns.TryAsync(KubectlVersion.Newest, "apply", "-f", $"{Manifests}/sample/same-host.yaml")).Error);
        await RefusesAsync(ns, """{"spec":{"host":"other.example.com"}}""", "the host of a site stays");
        await RefusesAsync(ns, """{"spec":{"replicas":6}}""", "spec.replicas in body should be less than or equal to 5");

        // 4. With the site goes what belongs to it.
        await ns.RunAsync("delete", "site", "home");
        await Eventually.SeeAsync("nothing left", Patience, () => ns.RunAsync("get", "pods,services,configmaps", "-l", "example.com/site", "-o", "name"), seen => seen == "");
    }

    [Fact]
    public async Task Its_accounts_may_do_what_their_roles_say_and_nothing_else()
    {
        var ns = await shared.NewNamespaceAsync();
        Assert.Equal(["yes", "yes", "no", "no", "no"], await MayAsync(
            ns, "controller", "create pods", "patch sites.example.com --subresource=status", "delete sites.example.com", "get secrets", "patch validatingwebhookconfigurations"));
        Assert.Equal(["yes", "no", "no", "no"], await MayAsync(
            ns, "webhook", "patch mutatingwebhookconfigurations/sites.example.com", "patch mutatingwebhookconfigurations/other", "watch sites.example.com", "list pods"));

        // And not only by what it is told.
        var token = (await ns.RunAsync("create", "token", "controller", "--namespace=site-operator")).Trim();
        string[] controller = [$"--token={token}", "--kubeconfig=/dev/null", $"--server=https://{installed.Cluster.NodeAddress}:6443", "--insecure-skip-tls-verify"];
        Assert.Equal("", (await ns.TryAsync(KubectlVersion.Newest, ["get", "pods", "-o", "name", .. controller])).OrThrow());
        Assert.Equal(
            "Error from server (Forbidden): secrets is forbidden: User \"system:serviceaccount:site-operator:controller\" cannot list resource \"secrets\" in API group \"\" "
            + $"in the namespace \"{ns.Name}\"\n",
            (await ns.TryAsync(KubectlVersion.Newest, ["get", "secrets", .. controller])).Error);
    }

    private static Task IsReadyAsync(TestNamespace ns) => ns.SeesAsync("site/home", Ready, "True", Patience);

    private static async Task GrowsBackAsync(TestNamespace ns, string what)
    {
        var before = await ns.ValueAsync(what, ".metadata.uid");
        await ns.RunAsync("delete", what, "--wait=false");
        await Eventually.SeeAsync($"another {what}", Patience, () => ns.ValueAsync(what, ".metadata.uid"), seen => seen.Length > 0 && seen != before);
    }

    private static async Task<string> PageAsync(TestNamespace ns)
    {
        var address = await ns.ValueAsync("service/home", ".spec.clusterIP");
        return await ns.Cluster.PageAsync($"http://{address}/");
    }

    private static async Task RefusesAsync(TestNamespace ns, string patch, string why) =>
        Assert.Contains(why, (await ns.TryAsync(KubectlVersion.Newest, "patch", "site", "home", "--type=merge", "-p", patch)).Error);

    private static async Task<List<string>> MayAsync(TestNamespace ns, string account, params string[] what)
    {
        var answers = new List<string>();
        foreach (var one in what)
        {
            answers.Add((await ns.TryAsync(
                KubectlVersion.Newest, ["auth", "can-i", .. one.Split(' '), "--quiet=false", "--as", $"system:serviceaccount:site-operator:{account}"])).Output.Split(' ')[0].Trim());
        }

        return answers;
    }
}
