using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class MountableSecretsTests
{
    [Fact]
    public async Task An_account_that_asks_for_it_limits_its_pods_to_its_secrets()
    {
        var world = await AdmissionWorld.MakeAsync();
        await world.CreateAsync(new ServiceAccount
        {
            Metadata = new() { Name = "strict", Namespace = "default", Annotations = ValueMap.Of(("kubernetes.io/enforce-mountable-secrets", "true")) },
            Secrets = [new ObjectReference { Name = "own" }],
        });

        await world.RunAsync("good", spec => Strict(spec) with { Volumes = [Secret("own")], Containers = [Container("own")] });
        Assert.Equal(
            "pods \"volume\" is forbidden: volume with secret.secretName=\"other\" is not allowed because service account strict does not reference that secret",
            await AdmissionWorld.RefusalAsync(() => world.RunAsync("volume", spec => Strict(spec) with { Volumes = [Secret("other")] })));
        Assert.Equal(
            "pods \"variable\" is forbidden: container c with envVar E referencing secret.secretName=\"other\" is not allowed because service account strict does not reference that secret",
            await AdmissionWorld.RefusalAsync(() => world.RunAsync("variable", spec => Strict(spec) with { Containers = [Container("other")] })));
        Assert.Equal(
            "pods \"pull\" is forbidden: imagePullSecrets[0].name=\"other\" is not allowed because service account strict does not reference that imagePullSecret",
            await AdmissionWorld.RefusalAsync(() => world.RunAsync("pull", spec => Strict(spec) with { ImagePullSecrets = [new() { Name = "other" }] })));

        await world.RunAsync("free", spec => spec with { Volumes = [Secret("other")] });
    }

    [Fact]
    public async Task A_debugger_is_held_to_them_too()
    {
        var world = await AdmissionWorld.MakeAsync();
        await world.CreateAsync(new ServiceAccount
        {
            Metadata = new() { Name = "strict", Namespace = "default", Annotations = ValueMap.Of(("kubernetes.io/enforce-mountable-secrets", "true")) },
        });
        var pod = await world.RunAsync("web", Strict);
        var debugged = pod with
        {
            Spec = pod.Spec with
            {
                EphemeralContainers = [new() { Name = "d", Image = "i", EnvFrom = [new() { SecretRef = new() { Name = "other" } }] }],
            },
        };

        Assert.Equal(
            "pods \"web\" is forbidden: ephemeral container d with envFrom referencing secret.secretName=\"other\" is not allowed because service account strict does not reference that secret",
            await AdmissionWorld.RefusalAsync(async () => await world.Api.WriteAsync(
                BuiltInKinds.Of<Pod>(), new ObjectWrite.Update(debugged, "ephemeralcontainers"), TestContext.Current.CancellationToken)));
    }

    private static PodSpec Strict(PodSpec spec) => spec with { ServiceAccountName = "strict" };

    private static Volume Secret(string name) => new() { Name = "v", Secret = new() { SecretName = name } };

    private static Container Container(string secret) => new()
    {
        Name = "c",
        Image = "i",
        Env = [new() { Name = "E", ValueFrom = new() { SecretKeyRef = new() { Name = secret, Key = "k" } } }],
    };
}
