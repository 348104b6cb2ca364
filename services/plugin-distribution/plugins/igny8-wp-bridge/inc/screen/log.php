<?php
/**
 * The tab "Log".
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Log;

/** So many entries are shown. */
const SHOWN_ENTRIES = 100;

/** Show the tab. */
function show_log(): void {
	echo '<h2>' . esc_html__( 'Log', 'igny8-wp-bridge' ) . '</h2>';
	$kind = isset( $_GET['kind'] ) && is_string( $_GET['kind'] ) ? sanitize_key( $_GET['kind'] ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- it only chooses what is shown.
	$kind = in_array( $kind, Log\KINDS, true ) ? $kind : '';
	show_kinds( $kind );
	$entries = Log\newest( SHOWN_ENTRIES, $kind );
	if ( ! $entries ) {
		echo '<p>' . esc_html__( 'There is nothing in the log.', 'igny8-wp-bridge' ) . '</p>';
		return;
	}
	$rows = [];
	foreach ( $entries as $entry ) {
		$rows[] = [ when( (int) $entry->at ), kind_names()[ $entry->kind ] ?? $entry->kind, "`{$entry->subject}`", $entry->outcome, $entry->detail ];
	}
	$headings = [ __( 'When', 'igny8-wp-bridge' ), __( 'What happened', 'igny8-wp-bridge' ), __( 'Subject', 'igny8-wp-bridge' ), __( 'Outcome', 'igny8-wp-bridge' ), __( 'Detail', 'igny8-wp-bridge' ) ];
	show_table( __( 'What was lately sent, rejected, received and refused, newest first', 'igny8-wp-bridge' ), $headings, $rows );
	/* translators: 1: number of entries shown, 2: number of entries kept */
	echo '<p>' . esc_html( sprintf( __( 'The newest %1$s entries are shown, and about %2$s are kept. They hold no texts, names or keys.', 'igny8-wp-bridge' ), number_format_i18n( SHOWN_ENTRIES ), number_format_i18n( Log\KEEP ) ) ) . '</p>';
	show_button( 'clear_log', __( 'Clear the log', 'igny8-wp-bridge' ) );
}

/** Show links that narrow the list to one kind. */
function show_kinds( string $current ): void {
	echo '<nav aria-label="' . esc_attr__( 'Kinds of entries', 'igny8-wp-bridge' ) . '"><ul class="subsubsub" style="float:none">';
	$kinds = [ '' => __( 'All', 'igny8-wp-bridge' ) ] + kind_names();
	foreach ( $kinds as $kind => $name ) {
		$here = $kind === $current ? ' class="current" aria-current="page"' : '';
		$url  = page_url( 'log' ) . ( '' === $kind ? '' : "&kind=$kind" );
		echo '<li style="margin-right:1em"><a href="' . esc_url( $url ) . '"' . $here . '>' . esc_html( $name ) . '</a></li>'; // phpcs:ignore WordPress.Security.EscapeOutput -- one of two constants.
	}
	echo '</ul></nav>';
}

/** Name the kinds. */
function kind_names(): array {
	return [
		'sent'     => __( 'sent', 'igny8-wp-bridge' ),
		'failed'   => __( 'not sent', 'igny8-wp-bridge' ),
		'rejected' => __( 'rejected by IGNY8', 'igny8-wp-bridge' ),
		'received' => __( 'received', 'igny8-wp-bridge' ),
		'refused'  => __( 'refused here', 'igny8-wp-bridge' ),
	];
}

/** Empty the log. */
function handle_clear_log(): void {
	guard( 'igny8_bridge_clear_log' );
	Log\clear();
	return_to( 'log', 'log_cleared' );
}
