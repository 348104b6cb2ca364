<?php
/**
 * `wp igny8`: the settings screen for those who have a shell. Loaded by WP-CLI only.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Cli;

use WP_CLI;

require_once __DIR__ . '/connection.php';
require_once __DIR__ . '/doctor.php';
require_once __DIR__ . '/outbox.php';
require_once __DIR__ . '/update.php';

/** Add the commands. */
function bootstrap(): void {
	foreach ( commands() as $name => list( $function, $shortdesc, $synopsis ) ) {
		WP_CLI::add_command( "igny8 $name", __NAMESPACE__ . '\\' . $function, compact( 'shortdesc', 'synopsis' ) );
	}
}

/** List the commands: which function each is, what it does, what it takes. */
function commands(): array {
	return [
		'connect'               => [ 'connect', 'Save the connection and test it.', [ option( 'api-url', 'Where IGNY8 is.', true ), option( 'site-id', 'The number IGNY8 shows beside the site.' ), option( 'api-key', 'The key; "-" reads it from standard input, so that it stands in no history.' ) ] ],
		'status'                => [ 'status', 'Tell whether the site is connected, and what waits.', [ format_option() ] ],
		'doctor'                => [ 'doctor', 'Run the checks. Ends with 1 when something is wrong.', [ format_option() ] ],
		'outbox list'           => [ 'outbox_list', 'List the events that wait.', [ option( 'limit', 'How many at most (100).', true ), format_option() ] ],
		'outbox send'           => [ 'outbox_send', 'Send what waits, at once.', [] ],
		'outbox clear-rejected' => [ 'outbox_clear_rejected', 'Forget the events that IGNY8 would not take.', [ yes_flag() ] ],
		'sync structure'        => [ 'sync_structure', 'Tell IGNY8 the types, taxonomies and authors of this site.', [] ],
		'update check'          => [ 'update_check', 'Ask IGNY8 for an update of the plugin.', [ format_option() ] ],
		'update install'        => [ 'update_install', 'Install the update that is offered.', [] ],
		'disconnect'            => [ 'disconnect', 'Forget the key and the pairing.', [ yes_flag() ] ],
	];
}

/** Describe an option with a value. */
function option( string $name, string $description, bool $optional = false ): array {
	$type = 'assoc';
	return compact( 'type', 'name', 'description', 'optional' );
}

/** Describe the option that chooses how a list looks. */
function format_option(): array {
	return option( 'format', 'How to print it.', true ) + [
		'default' => 'table',
		'options' => [ 'table', 'json' ],
	];
}

/** Describe the flag that answers the question. */
function yes_flag(): array {
	return [
		'type'        => 'flag',
		'name'        => 'yes',
		'description' => 'Do not ask.',
		'optional'    => true,
	];
}

/** Print rows. */
function show( array $options, array $rows, array $fields ): void {
	WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, $fields );
}

/** Print facts. */
function show_facts( array $options, array $facts ): void {
	$rows = [];
	foreach ( $facts as $name => $value ) {
		$rows[] = compact( 'name', 'value' );
	}
	show( $options, $rows, [ 'name', 'value' ] );
}
