using System.CommandLine;
using System.Globalization;
using Coppice.ApiServer.Tables;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.Commands;

/// <summary><c>coppice token</c>: what machines join the cluster with. The tokens are Kubernetes' bootstrap tokens: Secrets in kube-system.</summary>
internal static class TokenCommand
{
    private const string NamePrefix = "bootstrap-token-";
    private const string Space = "kube-system";

    public static Command Describe(TimeProvider time) =>
        new("token", "What machines join the cluster with.") { DescribeCreate(time), DescribeList(time), DescribeDelete(time) };

    private static Command DescribeCreate(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var lifetime = new Option<string>("--ttl") { Description = "How long it is good, as 30m or 24h; 0 for ever", HelpName = "TIME", DefaultValueFactory = _ => "24h" };
        lifetime.Validators.Add(result =>
        {
            if (LifetimeOf(result.GetValueOrDefault<string>()) is null)
            {
                result.AddError($"--ttl {result.GetValueOrDefault<string>()} is no time: 30m, 24h, or 0 for a token that does not expire");
            }
        });
        var description = new Option<string>("--description") { Description = "What it is for, in your words", HelpName = "TEXT" };
        var command = new Command("create", """
            Make a token, and print it: whoever has it can add machines to the cluster until it expires.

            Examples
              sudo coppice token create
              sudo coppice token create --ttl 30m --description "the machines in the cellar"
            """)
        {
            lifetime,
            description,
            dataDirectory,
        };
        command.SetAction((parsed, stop) => WithApiAsync(parsed.GetValue(dataDirectory)!, time, async (api, access) =>
        {
            var token = JoinToken.Make(access.Authorities[0]);
            await api.CreateAsync(SecretOf(token, LifetimeOf(parsed.GetValue(lifetime)!)!.Value, parsed.GetValue(description), time.GetUtcNow()), stop);
            Console.Out.WriteLine(token);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command DescribeList(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var command = new Command("list", "Show the tokens that there are. Their secrets are not shown again.") { dataDirectory };
        command.SetAction((parsed, stop) => WithApiAsync(parsed.GetValue(dataDirectory)!, time, async (api, _) =>
        {
            var secrets = await api.ListAsync<Secret>(new ListQuery(Space, FieldSelector: $"type={SecretType.Bootstrapkubernetesiotoken}"), stop);
            Console.Out.WriteLine("{0,-8} {1,-8} {2,-22} {3}", "ID", "TTL", "EXPIRES", "DESCRIPTION");
            foreach (var one in secrets.Items)
            {
                var end = BootstrapTokenEnd.Of(one);
                var left = end is { } at ? at > time.GetUtcNow() ? HumanDuration.Of(at - time.GetUtcNow()) : "<expired>" : "<forever>";
                Console.Out.WriteLine("{0,-8} {1,-8} {2,-22} {3}", Text(one, "token-id"), left, end is { } date ? ApiTime.Write(date) : "<never>", Text(one, "description"));
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command DescribeDelete(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var id = new Argument<string>("TOKEN") { Description = "A token, or the six letters that it begins with" };
        var command = new Command("delete", """
            Delete a token: nobody joins with it any more. Machines that have joined stay.

            Example
              sudo coppice token delete abcdef
            """)
        {
            id,
            dataDirectory,
        };
        command.SetAction((parsed, stop) => WithApiAsync(parsed.GetValue(dataDirectory)!, time, async (api, _) =>
        {
            var name = parsed.GetValue(id)!.Split('.')[0];
            try
            {
                await api.DeleteAsync<Secret>(new ObjectKey(Space, NamePrefix + name), null, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                throw new UserErrorException($"there is no token {name}: \"coppice token list\" shows those that there are", ExitCodes.NotPossible, e);
            }

            Console.Out.WriteLine($"token {name} deleted");
            return ExitCodes.Success;
        }));
        return command;
    }

    internal static Secret SecretOf(JoinToken token, TimeSpan lifetime, string? description, DateTimeOffset now)
    {
        List<(string, string)> data =
        [
            ("token-id", token.Id), ("token-secret", token.Secret), ("usage-bootstrap-authentication", "true"), ("usage-bootstrap-signing", "true"),
        ];
        if (lifetime > TimeSpan.Zero)
        {
            data.Add(("expiration", ApiTime.Write(now + lifetime)));
        }

        if (!string.IsNullOrEmpty(description))
        {
            data.Add(("description", description));
        }

        return new Secret
        {
            Metadata = new() { Namespace = Space, Name = NamePrefix + token.Id },
            Type = SecretType.Bootstrapkubernetesiotoken,
            StringData = ValueMap.Of([.. data]),
        };
    }

    /// <summary>As Go writes spans of time; null for what is none.</summary>
    private static TimeSpan? LifetimeOf(string? text) =>
        text == "0" ? TimeSpan.Zero : text is not null && GoDuration.Parse(text) is { } span && span > TimeSpan.Zero ? span : null;

    private static string Text(Secret secret, string key) => secret.Data.TryGetValue(key, out var data) ? data.ToText() : "";

    private static async Task<int> WithApiAsync(string directory, TimeProvider time, Func<HttpApiClient, HttpApiOptions, Task<int>> act)
    {
        var access = await AdministratorApi.FindAsync(new DataLayout(Path.GetFullPath(directory)), default);
        using var api = new HttpApiClient(access, time);
        try
        {
            return await act(api, access);
        }
        catch (Exception away) when (away is HttpRequestException or IOException)
        {
            throw new UserErrorException($"the API at {access.Server} does not answer ({away.Message}): \"coppice status\" tells more", ExitCodes.NotRunning, away);
        }
    }
}
