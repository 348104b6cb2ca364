<?php
/**
 * Settings > IGNY8: four tabs, each in a file of its own. All of it works without JavaScript.
 *
 * What a button does is done by a POST that ends with a redirect; the redirect leads to the outcome's own place in the page, which
 * takes the focus, so that a screen reader begins to read there.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

const PAGE       = 'igny8-wp-bridge';
const CAPABILITY = 'manage_options';
const TABS       = [ 'status', 'connection', 'doctor', 'log' ];

/** Offer the page, its buttons and the ways to it. */
function bootstrap(): void {
	add_action( 'admin_menu', __NAMESPACE__ . '\\add_page' );
	add_filter( 'plugin_action_links_' . plugin_basename( \IGNY8\Bridge\FILE ), __NAMESPACE__ . '\\add_settings_link' );
	add_filter( 'network_admin_plugin_action_links_' . plugin_basename( \IGNY8\Bridge\FILE ), __NAMESPACE__ . '\\add_network_link' );
	add_action( 'admin_notices', __NAMESPACE__ . '\\show_welcome' );
	$buttons = [
		'save'           => 'handle_save',
		'disconnect'     => 'handle_disconnect',
		'test'           => 'handle_test',
		'send_now'       => 'handle_send_now',
		'check_update'   => 'handle_check_update',
		'choose_channel' => 'handle_choose_channel',
		'clear_log'      => 'handle_clear_log',
	];
	foreach ( $buttons as $action => $function ) {
		add_action( "admin_post_igny8_bridge_$action", __NAMESPACE__ . '\\' . $function );
	}
}

/** Add the page to the Settings menu. */
function add_page(): void {
	add_options_page( __( 'IGNY8', 'igny8-wp-bridge' ), __( 'IGNY8', 'igny8-wp-bridge' ), CAPABILITY, PAGE, __NAMESPACE__ . '\\show_page' );
}

/** Link to the page from the list of plugins. */
function add_settings_link( $links ): array {
	$links = (array) $links;
	array_unshift( $links, '<a href="' . esc_url( page_url() ) . '">' . esc_html__( 'Settings', 'igny8-wp-bridge' ) . '</a>' );
	return $links;
}

/** Tell the page's address, or that of one of its tabs. */
function page_url( string $tab = '' ): string {
	return admin_url( 'options-general.php?page=' . PAGE . ( '' === $tab ? '' : "&tab=$tab" ) );
}

/** Name the tabs. */
function tab_names(): array {
	return [
		'status'     => __( 'Status', 'igny8-wp-bridge' ),
		'connection' => __( 'Connection', 'igny8-wp-bridge' ),
		'doctor'     => __( 'Doctor', 'igny8-wp-bridge' ),
		'log'        => __( 'Log', 'igny8-wp-bridge' ),
	];
}

/** Tell which tab is asked for. */
function current_tab(): string {
	$tab = isset( $_GET['tab'] ) && is_string( $_GET['tab'] ) ? sanitize_key( $_GET['tab'] ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- it only chooses what is shown.
	return in_array( $tab, TABS, true ) ? $tab : TABS[0];
}

/** Show the page. */
function show_page(): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		return;
	}
	$tab = current_tab();
	echo '<div class="wrap"><h1>' . esc_html__( 'IGNY8', 'igny8-wp-bridge' ) . '</h1>';
	show_tabs( $tab );
	show_said();
	switch ( $tab ) {
		case 'connection':
			show_connection();
			break;
		case 'doctor':
			show_doctor();
			break;
		case 'log':
			show_log();
			break;
		default:
			show_status();
	}
	echo '</div>';
}

/** Show the tabs. */
function show_tabs( string $current ): void {
	echo '<nav class="nav-tab-wrapper" aria-label="' . esc_attr__( 'IGNY8 settings', 'igny8-wp-bridge' ) . '">';
	foreach ( tab_names() as $tab => $name ) {
		$here = $tab === $current;
		echo '<a class="nav-tab' . ( $here ? ' nav-tab-active" aria-current="page' : '' ) . '" href="' . esc_url( page_url( $tab ) ) . '">' . esc_html( $name ) . '</a>';
	}
	echo '</nav>';
}

/** Stop whoever may not change the connection, or did not mean to. */
function guard( string $action ): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		wp_die( esc_html__( 'You may not change the connection of this site.', 'igny8-wp-bridge' ), 403 );
	}
	check_admin_referer( $action );
}

/** Return to a tab, and say there how it went: a sentence of outcomes(), or none. */
function return_to( string $tab, string $outcome = '' ): void {
	wp_safe_redirect( page_url( $tab ) . ( '' === $outcome ? '' : "&said=$outcome" ) . '#igny8-said' );
	exit;
}

/** Word what can have come of a button: how it looks, and what it says. */
function outcomes(): array {
	return [
		'sent'          => [ 'success', __( 'Nothing waits any more: all of it has reached IGNY8.', 'igny8-wp-bridge' ) ],
		'still_waiting' => [ 'warning', __( 'Not all of it could be sent. The reason is below; it will be tried again.', 'igny8-wp-bridge' ) ],
		'checked'       => [ 'success', __( 'IGNY8 was asked for updates.', 'igny8-wp-bridge' ) ],
		'not_checked'   => [ 'error', __( 'IGNY8 could not be asked for updates. The reason is below.', 'igny8-wp-bridge' ) ],
		'channel'       => [ 'success', __( 'The update channel is saved.', 'igny8-wp-bridge' ) ],
		'channel_kept'  => [ 'error', __( 'The update channel was not changed: there is none of that name.', 'igny8-wp-bridge' ) ],
		'log_cleared'   => [ 'success', __( 'The log is empty.', 'igny8-wp-bridge' ) ],
		'disconnected'  => [ 'success', __( 'This site is disconnected. The address and the site id stay for the next time.', 'igny8-wp-bridge' ) ],
		'connected'     => [ 'success', __( 'The test went well: IGNY8 knows this site and its key.', 'igny8-wp-bridge' ) ],
		'not_connected' => [ 'error', __( 'The test failed. What to do is below.', 'igny8-wp-bridge' ) ],
	];
}

/** Say what came of the button that was pressed. */
function show_said(): void {
	$said = isset( $_GET['said'] ) && is_string( $_GET['said'] ) ? sanitize_key( $_GET['said'] ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- it only chooses a sentence.
	echo '<div id="igny8-said" role="status" aria-live="polite" tabindex="-1" style="outline:0">';
	if ( isset( outcomes()[ $said ] ) ) {
		list( $kind, $text ) = outcomes()[ $said ];
		show_notice( $kind, $text );
	}
	echo '</div>';
}
