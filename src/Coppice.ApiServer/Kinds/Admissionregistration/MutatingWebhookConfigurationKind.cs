using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>Webhooks that may change what is asked for.</summary>
internal static class MutatingWebhookConfigurationKind
{
    public static ServedKind Served { get; } = new(
        BuiltInKinds.Of<MutatingWebhookConfiguration>(), new MutatingWebhookConfigurationStrategy(), new MutatingWebhookConfigurationTable())
    {
        NeedsVersion = true,
    };
}
