using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Tests.Images;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.16.0", "docker.io/library/nginx:1.16.0")]
    [InlineData("luksa/kubia-unhealthy", "docker.io/luksa/kubia-unhealthy:latest")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx:latest")]
    [InlineData("index.docker.io/library/nginx", "docker.io/library/nginx:latest")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/team/app:v2", "localhost:5000/team/app:v2")]
    [InlineData("registry.example/a/b/c", "registry.example/a/b/c:latest")]
    [InlineData("nginx@" + Digest, "docker.io/library/nginx@" + Digest)]
    [InlineData("nginx:1@" + Digest, "docker.io/library/nginx:1@" + Digest)]
    public void A_short_name_means_the_full_one(string text, string full) => Assert.Equal(full, ImageReference.Parse(text).ToString());

    [Theory]
    [InlineData("", "invalid reference format")]
    [InlineData("Nginx", "invalid reference format: repository name (library/Nginx) must be lowercase")]
    [InlineData("nginx:", "invalid reference format")]
    [InlineData("nginx image", "invalid reference format")]
    [InlineData("nginx@sha256:12", "invalid digest format")]
    public void What_is_no_reference_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var error));
        Assert.Equal($"couldn't parse image name \"{text}\": {reason}", error);
    }

    [Fact]
    public void Credentials_are_chosen_by_registry_the_longest_path_first()
    {
        RegistryCredential Of(string server) => new(server, server, "x");
        RegistryCredential[] all =
            [Of("https://index.docker.io/v1/"), Of("registry.example"), Of("registry.example/team"), Of("registry.example/other"), Of("*.example"), Of("")];

        Assert.Equal(["registry.example/team", "registry.example", "*.example", ""], CredentialChoice.For("registry.example/team/app:1", all).Select(one => one.Server));
        Assert.Equal(["https://index.docker.io/v1/", ""], CredentialChoice.For("nginx", all).Select(one => one.Server));
    }

    [Theory]
    [InlineData(GrpcCode.NotFound, "failed to resolve reference \"docker.io/library/nginx:no\": docker.io/library/nginx:no: not found", ImagePullFailure.NotFound)]
    [InlineData(GrpcCode.Unknown, "failed to do request: Head \"https://r.example/v2\": dial tcp: lookup r.example: no such host", ImagePullFailure.Unreachable)]
    [InlineData(GrpcCode.Unknown, "failed to do request: Head \"http://127.0.0.1:5\": dial tcp 127.0.0.1:5: connect: connection refused", ImagePullFailure.Unreachable)]
    [InlineData(GrpcCode.Unknown, "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials", ImagePullFailure.Unauthorized)]
    [InlineData(GrpcCode.Unknown, "something new", ImagePullFailure.Other)]
    public void The_runtimes_words_tell_why_a_pull_failed(GrpcCode code, string message, ImagePullFailure cause) =>
        Assert.Equal(cause, ImagePullFailures.Classify(new GrpcException(code, message)));
}
