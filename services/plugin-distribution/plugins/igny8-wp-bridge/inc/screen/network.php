<?php
/**
 * Network Admin > Settings > IGNY8: the blogs of the network with their state. Each is connected for itself, in its own settings.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Network;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;

const NETWORK_CAPABILITY = 'manage_network_options';

/** Looking at a blog costs a few queries. */
const BLOGS_ON_A_PAGE = 25;

/** Add the page to the network's Settings menu. */
function add_network_page(): void {
	add_submenu_page( 'settings.php', __( 'IGNY8', 'igny8-wp-bridge' ), __( 'IGNY8', 'igny8-wp-bridge' ), NETWORK_CAPABILITY, PAGE, __NAMESPACE__ . '\\show_network_page' );
}

/** Link to the page from the network's list of plugins. */
function add_network_link( $links ): array {
	$links = (array) $links;
	array_unshift( $links, '<a href="' . esc_url( network_admin_url( 'settings.php?page=' . PAGE ) ) . '">' . esc_html__( 'Sites', 'igny8-wp-bridge' ) . '</a>' );
	return $links;
}

/** Show the page. */
function show_network_page(): void {
	if ( ! current_user_can( NETWORK_CAPABILITY ) ) {
		return;
	}
	$page  = isset( $_GET['paged'] ) && is_string( $_GET['paged'] ) ? max( 1, absint( $_GET['paged'] ) ) : 1; // phpcs:ignore WordPress.Security.NonceVerification -- it only chooses what is shown.
	$all   = (int) get_sites( [ 'count' => true ] );
	$blogs = get_sites(
		[
			'fields'  => 'ids',
			'orderby' => 'id',
			'number'  => BLOGS_ON_A_PAGE,
			'offset'  => ( $page - 1 ) * BLOGS_ON_A_PAGE,
		]
	);
	echo '<div class="wrap"><h1>' . esc_html__( 'IGNY8', 'igny8-wp-bridge' ) . '</h1><p>' . esc_html__( 'Each site of the network is connected to IGNY8 for itself, with its own key, in its own settings.', 'igny8-wp-bridge' ) . '</p>';
	echo '<table class="widefat striped" style="max-width:76em"><caption class="screen-reader-text">' . esc_html__( 'Sites of the network', 'igny8-wp-bridge' ) . '</caption><thead><tr>';
	foreach ( [ __( 'Site', 'igny8-wp-bridge' ), __( 'Connection', 'igny8-wp-bridge' ), __( 'Site id', 'igny8-wp-bridge' ), __( 'Events waiting', 'igny8-wp-bridge' ) ] as $heading ) {
		echo '<th scope="col">' . esc_html( $heading ) . '</th>';
	}
	echo '</tr></thead><tbody>';
	foreach ( $blogs as $blog ) {
		Network\in_blog( (int) $blog, __NAMESPACE__ . '\\show_blog' );
	}
	echo '</tbody></table>';
	show_pages( $page, (int) ceil( $all / BLOGS_ON_A_PAGE ) );
	echo '</div>';
}

/** Show the current blog's row. */
function show_blog(): void {
	$id = Connection\site_id();
	echo '<tr><th scope="row"><a href="' . esc_url( page_url() ) . '">' . esc_html( preg_replace( '~\Ahttps?://~', '', untrailingslashit( get_home_url() ) ) ) . '</a></th><td>' . esc_html( blog_state() ) . '</td><td>'
		. esc_html( $id ? (string) $id : '' ) . '</td><td>' . esc_html( Storage\is_ready() ? number_format_i18n( Outbound\backlog()['waiting'] ) : '' ) . '</td></tr>';
}

/** Word how the current blog stands. */
function blog_state(): string {
	if ( ! Storage\is_ready() ) {
		return __( 'not prepared yet: on the first visit', 'igny8-wp-bridge' );
	}
	if ( Connection\is_key_unreadable() ) {
		return __( 'The API key cannot be opened', 'igny8-wp-bridge' );
	}
	if ( Safe_Mode\is_on() ) {
		return __( 'in safe mode', 'igny8-wp-bridge' );
	}
	return Connection\is_paired() ? __( 'connected', 'igny8-wp-bridge' ) : __( 'not connected', 'igny8-wp-bridge' );
}

/** Show the ways to the other pages. */
function show_pages( int $page, int $pages ): void {
	if ( $pages < 2 ) {
		return;
	}
	$links = paginate_links(
		[
			'base'    => add_query_arg( 'paged', '%#%', network_admin_url( 'settings.php?page=' . PAGE ) ),
			'format'  => '',
			'current' => min( $page, $pages ),
			'total'   => $pages,
		]
	);
	echo '<nav class="tablenav" aria-label="' . esc_attr__( 'Pages', 'igny8-wp-bridge' ) . '"><div class="tablenav-pages">' . wp_kses_post( (string) $links ) . '</div></nav>';
}
