using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Authentication;

/// <summary>How often tokens were shown that are kept in secrets, under Kubernetes' names.</summary>
internal sealed class KeptTokenFigures
{
    /// <summary>Good or not.</summary>
    public Count Shown { get; } = new();

    /// <summary>Those that somebody asked for.</summary>
    public Count OfHand { get; } = new();

    /// <summary>Those that older clusters made for every account.</summary>
    public Count OfAccounts { get; } = new();

    /// <summary>Those of them that nobody had used for a year.</summary>
    public Count Marked { get; } = new();

    public void WriteTo(MetricsText text)
    {
        Write("invalid_legacy_auto_token_uses_total", "[ALPHA] Cumulative invalid auto-generated legacy tokens used", Marked);
        Write("legacy_auto_token_uses_total", "[ALPHA] Cumulative auto-generated legacy tokens used", OfAccounts);
        Write("legacy_manual_token_uses_total", "[ALPHA] Cumulative manually created legacy tokens used", OfHand);
        Write("legacy_tokens_total", "[BETA] Cumulative legacy service account tokens used", Shown);

        void Write(string name, string help, Count count) => text.Counter($"serviceaccount_{name}", help).Sample(count.Value, null);
    }
}
