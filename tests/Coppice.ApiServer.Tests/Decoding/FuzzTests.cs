using System.Text;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.ApiServer.Tests.Decoding;

/// <summary>Whatever bytes come in, the answer is an object or an <see cref="ApiError"/>.</summary>
public sealed class FuzzTests
{
    private static readonly Kind Deployments = BuiltInKinds.Of<Deployment>();

    [Fact]
    public void Random_bytes_are_refused_and_nothing_else() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll<byte[]>(bytes => Survives(bytes)));

    [Fact]
    public void A_manifest_with_damaged_bytes_is_taken_or_refused_and_nothing_else()
    {
        var whole = Encoding.UTF8.GetBytes(Manifests.Deployment);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5000),
            Prop.ForAll<int, byte, byte>((at, first, second) =>
            {
                var damaged = whole.ToArray();
                var place = (int)((uint)(at * 7919) % damaged.Length);
                damaged[place] = first;
                damaged[(place + second) % damaged.Length] = second;
                Survives(damaged);
                Survives(damaged.AsMemory(0, place).ToArray());
            }));
    }

    private static void Survives(byte[] bytes)
    {
        Try(() => ObjectDecoder.Decode(bytes, Deployments, FieldValidation.Strict));
        Try(() => ObjectDecoder.Decode(bytes, Deployments, FieldValidation.Ignore));
        Try(() => ObjectDecoder.DecodeYaml(bytes, Deployments, FieldValidation.Ignore));
        Try(() => ObjectDecoder.DecodePatched(bytes, Deployments, FieldValidation.Warn, []));
        foreach (var type in Enum.GetValues<PatchType>())
        {
            Try(() => Patcher.Apply(type, Encoding.UTF8.GetBytes(Manifests.Deployment), bytes, Deployments.Schema));
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (ApiError)
        {
        }
    }
}
