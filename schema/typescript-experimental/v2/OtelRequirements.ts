// Generated from the types of the app server protocol. Do not edit.
import type { OtelExporter } from "./OtelExporter";
import type { OtelToolResultLogConfig } from "./OtelToolResultLogConfig";

/** Export of telemetry. */
export type OtelRequirements = {
  /** How much of tool results goes into it. */
  tool_result: OtelToolResultLogConfig | null,
  /** Whether single pieces of streams go into it. */
  log_sse_deltas: boolean | null,
  /** Whether the user's input goes into it. */
  log_user_prompt: boolean | null,
  /** Whether the agent's messages go into it. */
  log_agent_responses: boolean | null,
  /** Whether automatic reviews go into it. */
  log_guardian_assessments: boolean | null,
  /** Name of the environment that is attached. */
  environment: string | null,
  /** Where logs go. */
  exporter: OtelExporter | null,
  /** Where traces go. */
  trace_exporter: OtelExporter | null,
  /** Where metrics go. */
  metrics_exporter: OtelExporter | null,
  /** Attributes of every span. */
  span_attributes: { [key in string]?: string } | null,
  /** Members of the trace state, by vendor and key. */
  tracestate: { [key in string]?: { [key in string]?: string } } | null,
};
