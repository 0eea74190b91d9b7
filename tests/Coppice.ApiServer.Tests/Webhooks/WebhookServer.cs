using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>A webhook as a pod would serve it: HTTPS on loopback, by a certificate of an authority of its own, answering as a test says.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly WebApplication _application;
    private readonly Lock _gate = new();
    private readonly List<Question> _asked = [];

    private WebhookServer(Func<HttpContext, Task> answer, string[] names, X509Certificate2? certificate)
    {
        var issued = _authority.IssueServer(names, [IPAddress.Loopback]);
        certificate ??= X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _application = builder.Build();
        _application.Run(async http =>
        {
            http.Request.EnableBuffering();
            using var reader = new StreamReader(http.Request.Body, Encoding.UTF8, leaveOpen: true);
            var body = await reader.ReadToEndAsync();
            http.Request.Body.Position = 0;
            lock (_gate)
            {
                _asked.Add(new($"{http.Request.Path}{http.Request.QueryString}", $"{http.Connection.Id}", body.Length == 0 ? null : JsonNode.Parse(body)));
            }

            await answer(http);
        });
    }

    public int Port { get; private set; }

    public string CaBundle => Convert.ToBase64String(Encoding.UTF8.GetBytes(_authority.CertificatePem));

    public byte[] CaPem => Encoding.UTF8.GetBytes(_authority.CertificatePem);

    /// <summary>What was asked so far, in order.</summary>
    public IReadOnlyList<Question> Asked
    {
        get
        {
            lock (_gate)
            {
                return [.. _asked];
            }
        }
    }

    public static async Task<WebhookServer> StartAsync(Func<HttpContext, Task> answer, string[]? names = null, X509Certificate2? certificate = null)
    {
        var server = new WebhookServer(answer, names ?? ["hook.space.svc"], certificate);
        await server._application.StartAsync();
        server.Port = new Uri(server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return server;
    }

    /// <summary>A webhook that answers every review with what a test makes of its request.</summary>
    /// <param name="answer">The response, without its uid.</param>
    public static Task<WebhookServer> ReviewingAsync(Func<JsonNode, JsonObject> answer, string[]? names = null) => StartAsync(
        async http =>
        {
            var review = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!;
            var response = answer(review["request"]!);
            response["uid"] = (string)review["request"]!["uid"]!;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(new JsonObject
            {
                ["apiVersion"] = (string)review["apiVersion"]!,
                ["kind"] = "AdmissionReview",
                ["response"] = response,
            }.ToJsonString());
        },
        names);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _authority.Dispose();
    }

    /// <param name="Connection">The same for questions that came by one connection.</param>
    public sealed record Question(string Path, string Connection, JsonNode? Body);
}
